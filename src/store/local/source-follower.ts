import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { SourceWatcher } from './source-watcher.ts';
import type { Sources } from './sources.ts';

export interface FollowerOptions {
  readonly sources: Sources;
  readonly log: Log;
  /** Called after every look that found a change. */
  readonly changed: () => void;
}

/** How long a burst of changes has to be over before it is read, so that half-written files are seldom met. */
const quietMs = 30;
/** No burst is waited for longer than this. */
const atMostMs = 150;

/** Keeps the sources up to date: looks when a watched folder reports something, and now and then in any case. */
export class SourceFollower {
  readonly #options: FollowerOptions;
  readonly #watcher: SourceWatcher;
  #burst: { readonly since: number; timer: NodeJS.Timeout } | undefined;
  #patrol: NodeJS.Timeout | undefined;
  #recheck: NodeJS.Timeout | undefined;
  #lookMs = 0;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#watcher = new SourceWatcher(() => this.#stir());
  }

  /** Begins with a look. Folders are watched before the look that counts, so that nothing falls in between. */
  start(): void {
    this.#watcher.follow(this.#options.sources.folders);
    this.look();
  }

  /** Looks now. Returns whether anything had changed. */
  look(again?: ReadonlySet<string>): boolean {
    const started = performance.now();
    const { sources } = this.#options;
    const before = sources.folders;
    let changed = sources.scan(again);
    this.#watcher.follow(sources.folders);
    // What came into a new folder before it was watched.
    if ([...sources.folders.keys()].some((folder) => !before.has(folder)))
      changed = sources.scan() || changed;
    this.#lookMs = performance.now() - started;
    this.#watchTheYoung();
    this.#rest();
    if (changed) this.#options.changed();
    return changed;
  }

  close(): void {
    this.#closed = true;
    this.#watcher.close();
    clearTimeout(this.#burst?.timer);
    clearTimeout(this.#patrol);
    clearTimeout(this.#recheck);
  }

  #stir(): void {
    if (this.#closed) return;
    const now = performance.now();
    const since = this.#burst?.since ?? now;
    clearTimeout(this.#burst?.timer);
    // A big tree that is being rewritten must not keep us looking all the time.
    const wait = Math.max(Math.min(quietMs, since + atMostMs - now), this.#lookMs * 3);
    this.#burst = { since, timer: setTimeout(() => this.#safely(), wait) };
  }

  #safely(again?: ReadonlySet<string>): void {
    this.#burst = undefined;
    try {
      this.look(again);
    } catch (error) {
      this.#options.log.error('cannot look at the files', { error: messageOf(error) });
      this.#rest();
    }
  }

  /** A second change within the same tick of the file system's clock would go unnoticed. */
  #watchTheYoung(): void {
    clearTimeout(this.#recheck);
    const young = this.#options.sources.young(Date.now());
    if (young.size > 0) this.#recheck = setTimeout(() => this.#safely(young), 80);
  }

  /** The look that comes in any case: rare enough to cost nothing, more often where nothing reports. */
  #rest(): void {
    clearTimeout(this.#patrol);
    if (this.#closed) return;
    const blind = this.#watcher.deaf || this.#options.sources.hasUnreachable;
    const wait = blind ? Math.max(500, this.#lookMs * 200) : Math.max(15_000, this.#lookMs * 400);
    this.#patrol = setTimeout(() => this.#safely(), wait);
  }
}
