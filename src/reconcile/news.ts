import type { KindName, Kinds } from '../api/kinds.ts';
import { formatKey } from '../model/object-key.ts';
import type { AnyHerald, Herald } from './controller.ts';
import { Referrers } from './referrers.ts';

/** What is new about objects, and whom it concerns. */
export class News {
  readonly #heralds: readonly AnyHerald[];
  readonly #referrers = new Referrers();
  /** What others care about in each object, by kind and key. */
  readonly #fingerprints = new Map<KindName, Map<string, string>>();

  constructor(heralds: readonly AnyHerald[]) {
    this.#heralds = heralds;
  }

  /** Says what an object depends on, in place of what was said before. */
  refer(kind: KindName, key: string, targets: readonly string[]): void {
    this.#referrers.set(`${kind} ${key}`, targets);
  }

  /** `Kind namespace/name` of everything that depends on `target`. */
  referrersOf(target: string): readonly string[] {
    return this.#referrers.of(target);
  }

  /** Takes note of an object. True when something has changed that others care about. */
  note<K extends KindName>(kind: K, object: Kinds[K]): boolean {
    const herald = this.#heraldOf(kind);
    if (herald === undefined) return false;
    const key = formatKey(object.metadata);
    if (herald.references !== undefined) this.refer(kind, key, herald.references(object));
    const known = this.#fingerprints.get(kind) ?? new Map<string, string>();
    this.#fingerprints.set(kind, known);
    const before = known.get(key) ?? '';
    const now = herald.fingerprint(object);
    known.set(key, now);
    return before !== now;
  }

  /** What stands for the object towards those that depend on it. */
  targetOf<K extends KindName>(kind: K, object: Kinds[K]): string | undefined {
    return this.#heraldOf(kind)?.target(object);
  }

  /** The object is gone. True when others may have cared. */
  forget(kind: KindName, key: string): boolean {
    this.#referrers.set(`${kind} ${key}`, []);
    return this.#fingerprints.get(kind)?.delete(key) === true;
  }

  #heraldOf<K extends KindName>(kind: K): Herald<K> | undefined {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- found by its kind
    return this.#heralds.find((candidate) => candidate.kind === kind) as Herald<K> | undefined;
  }
}
