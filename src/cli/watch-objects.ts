import type { Home } from '../app/home.ts';
import { formatKey } from '../model/object-key.ts';
import { objectRow, objectTable } from '../views/object-table.ts';
import type { ShownKind, ShownObject } from '../views/shown-kinds.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { followObjects } from './follow-objects.ts';
import { sorted } from './object-documents.ts';
import type { Output } from './output.ts';
import { GrowingTable } from './render-table.ts';
import { isWanted, listOptions, type ObjectQuery } from './select-objects.ts';

export interface WatchSettings<K extends ShownKind> {
  readonly kind: K;
  readonly query: ObjectQuery;
  readonly signal: AbortSignal;
  readonly wide: boolean;
  readonly namespaces: boolean;
  readonly header: boolean;
  /** One JSON document a line instead of a table. */
  readonly json: boolean;
}

/** Prints the objects of a kind, and each of them again when it changes, until it is told to stop. */
export async function watchObjects<K extends ShownKind>(
  home: Home,
  settings: WatchSettings<K>,
  out: Output,
): Promise<ExitCode> {
  const { kind, query, signal } = settings;
  const show = printer(settings, out);
  /** Until the first bookmark: everything that there is, to be shown at once. */
  let backlog: ShownObject<K>[] | undefined = [];
  for await (const event of followObjects(home, kind, { ...listOptions(query), signal })) {
    if (event.type === 'bookmark') {
      show(backlog ?? []);
      backlog = undefined;
    } else if (event.type !== 'deleted' && isWanted(event.object, query)) {
      if (backlog === undefined) show([event.object]);
      else backlog.push(event.object);
    }
  }
  return exitCodes.done;
}

/** Prints objects that look otherwise than before. */
function printer<K extends ShownKind>(
  settings: WatchSettings<K>,
  out: Output,
): (objects: readonly ShownObject<K>[]) => void {
  const { kind } = settings;
  const table = new GrowingTable(objectTable(kind, [], settings).columns, settings);
  const looks = new Map<string, string>();
  const isNew = (object: ShownObject<K>): boolean => {
    const key = formatKey(object.metadata);
    const now = JSON.stringify(settings.json ? object : objectRow(kind, object, settings));
    const before = looks.get(key);
    looks.set(key, now);
    return before !== now;
  };
  return (objects) => {
    const news = objects.filter(isNew);
    if (settings.json) for (const object of news) out.data(`${JSON.stringify(sorted(object))}\n`);
    else out.data(table.add(objectTable(kind, news, settings).rows));
  };
}
