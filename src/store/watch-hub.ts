import type { AnyObject, KindName } from '../api/kinds.ts';
import { TidemarkError } from '../model/errors.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import type { ListOptions, WatchEvent } from './store.ts';

/** Something happened to an object of `kind`. */
export interface Happening {
  readonly kind: KindName;
  readonly before: AnyObject | undefined;
  readonly after: AnyObject | undefined;
}

interface Numbered extends Happening {
  readonly number: number;
}

interface Listener {
  readonly kind: KindName;
  readonly backlog: Numbered[];
  overrun: boolean;
  wake: () => void;
}

/** Which objects a list or watch is about. */
export interface Scope {
  matches(object: AnyObject): boolean;
}

/** Throws `UsageError` for a selector that cannot be read. */
export function scopeOf({ namespace, name, labelSelector }: ListOptions): Scope {
  const selector: LabelSelector | undefined =
    labelSelector === undefined ? undefined : parseLabelSelector(labelSelector);
  return {
    matches: ({ metadata }) =>
      (namespace === undefined || metadata.namespace === namespace) &&
      (name === undefined || metadata.name === name) &&
      (selector === undefined || selector.matches(metadata.labels)),
  };
}

/** Numbers what happens, remembers the last of it, and tells everybody who watches. */
export class WatchHub {
  readonly #history: Numbered[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #kept: number;
  /** Tells versions of this hub from those of another process or run. */
  readonly #epoch: string;
  #number = 0;

  constructor(epoch: string, kept = 1024) {
    this.#epoch = epoch;
    this.#kept = kept;
  }

  /** The version of now: a watch that resumes from it misses nothing that comes. */
  get version(): string {
    return this.#versionOf(this.#number);
  }

  publish(happening: Happening): void {
    this.#number += 1;
    const numbered = { ...happening, number: this.#number };
    this.#history.push(numbered);
    if (this.#history.length > this.#kept * 2) this.#history.splice(0, this.#kept);
    for (const listener of this.#listeners) {
      if (listener.kind !== happening.kind) continue;
      // Whoever cannot keep up starts again from a list: that is cheaper than an endless backlog.
      if (listener.backlog.length >= this.#kept * 64) listener.overrun = true;
      else listener.backlog.push(numbered);
      listener.wake();
    }
  }

  /** `initial` gives what exists now, for a watch from the beginning. */
  async *watch(
    kind: KindName,
    scope: Scope,
    options: {
      readonly from: string | undefined;
      readonly signal: AbortSignal;
      readonly initial: () => Iterable<AnyObject>;
    },
  ): AsyncGenerator<WatchEvent<AnyObject>> {
    const { from, signal } = options;
    const listener: Listener = {
      kind,
      backlog: from === undefined ? [] : this.#after(from, kind),
      overrun: false,
      wake: () => undefined,
    };
    const first = from === undefined ? [...options.initial()].filter((object) => scope.matches(object)) : [];
    let reached = from === undefined ? this.#number : this.#numberOf(from);
    const wake = (): void => listener.wake();
    this.#listeners.add(listener);
    signal.addEventListener('abort', wake);
    try {
      for (const object of first) {
        if (signal.aborted) return;
        yield { type: 'added', object, resourceVersion: this.#versionOf(reached) };
      }
      for (let told = false; !signal.aborted;) {
        if (listener.overrun) throw expired('the watch fell too far behind');
        const backlog = listener.backlog.splice(0);
        reached = backlog.at(-1)?.number ?? reached;
        yield* this.#events(backlog, scope, signal);
        if (hasNews(listener, signal)) continue;
        if (!told) yield { type: 'bookmark', resourceVersion: this.#versionOf(reached) };
        told = true;
        if (!hasNews(listener, signal)) await sleepUntilWoken(listener);
      }
    } finally {
      this.#listeners.delete(listener);
      signal.removeEventListener('abort', wake);
    }
  }

  *#events(
    backlog: readonly Numbered[],
    scope: Scope,
    signal: AbortSignal,
  ): Generator<WatchEvent<AnyObject>> {
    for (const happening of backlog) {
      if (signal.aborted) return;
      const event = toEvent(happening, scope, this.#versionOf(happening.number));
      if (event !== undefined) yield event;
    }
  }

  #after(version: string, kind: KindName): Numbered[] {
    const number = this.#numberOf(version);
    const oldest = this.#history[0]?.number ?? this.#number + 1;
    if (number < oldest - 1) throw expired(`version ${version} is too old to watch from`);
    return this.#history.filter((one) => one.number > number && one.kind === kind);
  }

  #versionOf(number: number): string {
    return `${this.#epoch}.${number}`;
  }

  #numberOf(version: string): number {
    const [epoch, text = ''] = version.split('.');
    const number = Number(text);
    if (epoch === this.#epoch && /^\d+$/.test(text) && number <= this.#number) return number;
    throw expired(`version ${version} is not one to watch from`);
  }
}

function hasNews(listener: Listener, signal: AbortSignal): boolean {
  return signal.aborted || listener.overrun || listener.backlog.length > 0;
}

function sleepUntilWoken(listener: Listener): Promise<void> {
  return new Promise((resolve) => {
    listener.wake = resolve;
  });
}

/** A watch sees an object that leaves its scope as deleted, and one that enters it as added. */
function toEvent(
  { before, after }: Happening,
  scope: Scope,
  resourceVersion: string,
): WatchEvent<AnyObject> | undefined {
  const was = before !== undefined && scope.matches(before);
  if (after !== undefined && scope.matches(after)) {
    return { type: was ? 'modified' : 'added', object: after, resourceVersion };
  }
  return was ? { type: 'deleted', object: after ?? before, resourceVersion } : undefined;
}

function expired(message: string): TidemarkError {
  return new TidemarkError('WatchExpired', `${message}: start again without one`);
}
