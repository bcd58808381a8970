import { utimesSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Tells every process that watches the state folder to look at it now. */
export function touchWake(folder: string): void {
  const now = new Date();
  try {
    utimesSync(join(folder, 'wake'), now, now);
  } catch {
    // They will notice at their next look.
  }
}

/** Calls `look` when somebody touched the wake file, and now and then in any case. Returns how to stop. */
export function watchWake(folder: string, look: () => void, everyMs = 500): () => void {
  const timer = setInterval(look, everyMs);
  let close = (): void => undefined;
  try {
    const watcher = watch(join(folder, 'wake'), look);
    // Without the watcher the timer does it, a little later.
    watcher.on('error', () => watcher.close());
    close = () => watcher.close();
  } catch {
    // The same.
  }
  return () => {
    clearInterval(timer);
    close();
  };
}
