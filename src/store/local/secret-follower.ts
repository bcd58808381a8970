import type { SecretFolder } from './secret-folder.ts';
import { SourceWatcher } from './source-watcher.ts';

/** How long a burst of changes has to be over: all keys of a Secret change together. */
const quietMs = 50;

/** Tells when something in the folder of secrets may have changed. */
export class SecretFollower {
  readonly #secrets: SecretFolder;
  readonly #changed: () => void;
  readonly #watcher: SourceWatcher;
  #timer: NodeJS.Timeout | undefined;

  constructor(secrets: SecretFolder, changed: () => void) {
    this.#secrets = secrets;
    this.#changed = changed;
    this.#watcher = new SourceWatcher(() => this.#stir(), { matters: () => true });
  }

  start(): void {
    this.#watcher.follow(this.#secrets.folders());
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher.close();
  }

  #stir(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), quietMs);
  }
}
