import { watch as watchFolder } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';

import { mayBeSource } from './source-files.ts';

/** Node's `fs.watch`, as far as it is used here. */
export type WatchFolder = (
  folder: string,
  listener: (type: string, name: string | null) => void,
) => FSWatcher;

export interface WatcherOptions {
  /** Tells by folder and name whether a change is worth a look. */
  readonly matters?: (folder: string, name: string) => boolean;
  readonly watchFolder?: WatchFolder;
}

/** Watches folders, each by itself: that is cheaper and surer than the recursive watch of Node. */
export class SourceWatcher {
  readonly #watchers = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>();
  readonly #changed: (path: string | undefined) => void;
  readonly #matters: (folder: string, name: string) => boolean;
  readonly #watchFolder: WatchFolder;
  #deaf = false;

  /** `changed` hears what changed, if that is known. */
  constructor(changed: (path: string | undefined) => void, options: WatcherOptions = {}) {
    this.#changed = changed;
    this.#matters = options.matters ?? mayBeSource;
    this.#watchFolder = options.watchFolder ?? watchFolder;
  }

  /** True when some folder cannot be watched (too many watches, a file system without them): then somebody has to look. */
  get deaf(): boolean {
    return this.#deaf;
  }

  /** Watches exactly these folders from now on. One that was replaced by another of the same name is watched anew. */
  follow(folders: ReadonlyMap<string, string>): void {
    for (const [folder, { identity, watcher }] of this.#watchers) {
      if (folders.get(folder) === identity) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    this.#deaf = false;
    for (const [folder, identity] of folders) {
      if (!this.#watchers.has(folder)) this.#watch(folder, identity);
    }
  }

  close(): void {
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string, identity: string): void {
    try {
      const watcher = this.#watchFolder(folder, (_type, name) => {
        if (name === null || this.#matters(folder, name))
          this.#changed(name === null ? undefined : join(folder, name));
      });
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, { identity, watcher });
    } catch {
      this.#deaf = true;
    }
  }

  /** The folder has gone, or the watch broke: the next look sets it up again. */
  #forget(folder: string): void {
    this.#watchers.get(folder)?.watcher.close();
    this.#watchers.delete(folder);
    this.#changed(undefined);
  }
}
