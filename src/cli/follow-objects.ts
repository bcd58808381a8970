import type { Home } from '../app/home.ts';
import { isTidemarkError } from '../model/errors.ts';
import type { WatchEvent, WatchOptions } from '../store/store.ts';
import type { ShownKind, ShownObject } from '../views/shown-kinds.ts';

/** The changes of objects until `signal` is aborted; a watch that has expired is started again, with everything anew. */
export async function* followObjects<K extends ShownKind>(
  home: Home,
  kind: K,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<ShownObject<K>>> {
  while (!options.signal.aborted) {
    try {
      yield* home.objects.watch(kind, options);
    } catch (error) {
      if (!isTidemarkError(error, 'WatchExpired') && !options.signal.aborted) throw error;
    }
  }
}
