import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { WatchFolder } from './source-watcher.ts';
import { SourceWatcher } from './source-watcher.ts';
import type { Sources } from './sources.ts';

export interface FollowerOptions {
  readonly sources: Sources;
  readonly log: Log;
  /** Called after every look that found a change. */
  readonly changed: () => void;
  readonly watchFolder?: WatchFolder;
}

/** A number of changes that follow one another closely. */
interface Burst {
  readonly since: number;
  /** What changed; undefined when that is not known. */
  readonly touched: Set<string | undefined>;
  timer: NodeJS.Timeout;
}

/** How long a burst of changes has to be over before it is read, so that half-written files are seldom met. */
const quietMs = 30;
/** No burst is waited for longer than this. */
const atMostMs = 150;
/** After so long a file that changed just before it was read is read again: a second change may carry the same time. */
const youngMs = 80;

/** Keeps the sources up to date: looks when a watched folder reports something, and now and then in any case. */
export class SourceFollower {
  readonly #options: FollowerOptions;
  readonly #watcher: SourceWatcher;
  #burst: Burst | undefined;
  #patrol: NodeJS.Timeout | undefined;
  #recheck: NodeJS.Timeout | undefined;
  /** What a look at everything costs, and when the last one ended. */
  #lookMs = 0;
  #lookedAt = 0;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#watcher = new SourceWatcher((path) => this.#stir(path), options);
  }

  /** Begins with a look. Folders are watched before the look that counts, so that nothing falls in between. */
  start(): void {
    this.#watcher.follow(this.#options.sources.folders);
    this.look();
  }

  /** Looks at everything now. `again` names files that are read whatever they look like. */
  look(again?: ReadonlySet<string>): void {
    const started = performance.now();
    const { sources } = this.#options;
    const before = sources.folders;
    let changed = sources.scan(again);
    this.#lookedAt = performance.now();
    if (!changed) this.#lookMs = this.#lookedAt - started;
    this.#watcher.follow(sources.folders);
    // What came into a new folder before it was watched.
    if ([...sources.folders.keys()].some((folder) => !before.has(folder)))
      changed = sources.scan() || changed;
    this.#finish(changed);
  }

  close(): void {
    this.#closed = true;
    this.#watcher.close();
    clearTimeout(this.#burst?.timer);
    clearTimeout(this.#patrol);
    clearTimeout(this.#recheck);
  }

  #stir(path: string | undefined): void {
    if (this.#closed) return;
    const now = performance.now();
    const { since, touched, timer } = this.#burst ?? { since: now, touched: new Set(), timer: undefined };
    clearTimeout(timer);
    touched.add(path);
    const quiet = Math.min(quietMs, since + atMostMs - now);
    // A big tree that is being rewritten must not keep us looking all the time.
    const rest = Math.min(this.#lookedAt + 2 * this.#lookMs - now, atMostMs * 2);
    this.#burst = { since, touched, timer: setTimeout(() => this.#endBurst(), Math.max(quiet, rest, 0)) };
  }

  #endBurst(): void {
    const touched = this.#burst?.touched ?? new Set();
    this.#burst = undefined;
    this.#safely(() => {
      const known = [...touched].filter((path) => path !== undefined);
      if (known.length < touched.size) this.look();
      else this.#lookAt(new Set(known));
    });
  }

  #lookAt(touched: ReadonlySet<string>): void {
    const changed = this.#options.sources.rescan(touched);
    this.#watcher.follow(this.#options.sources.folders);
    this.#finish(changed);
  }

  #finish(changed: boolean): void {
    clearTimeout(this.#recheck);
    clearTimeout(this.#patrol);
    if (this.#closed) return;
    const young = this.#options.sources.young(Date.now());
    if (young.size > 0) this.#recheck = setTimeout(() => this.#safely(() => this.look(young)), youngMs);
    this.#patrol = setTimeout(() => this.#safely(() => this.look()), this.#patrolMs());
    if (changed) this.#options.changed();
  }

  /** The look that comes in any case: rare enough to cost nothing, more often where nothing reports. */
  #patrolMs(): number {
    const blind = this.#watcher.deaf || this.#options.sources.hasUnreachable;
    const wait = blind ? Math.max(500, this.#lookMs * 200) : Math.max(2000, this.#lookMs * 1000);
    return Math.min(wait, 60_000);
  }

  #safely(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#options.log.error('cannot look at the files', { error: messageOf(error) });
      if (!this.#closed) this.#patrol = setTimeout(() => this.#safely(() => this.look()), this.#patrolMs());
    }
  }
}
