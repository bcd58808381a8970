import type { TagChange } from '../ports.ts';

interface Known {
  /** The version before the change. */
  readonly from: number;
  readonly change: TagChange;
}

const mostSets = 512;
/** A larger change is not worth its memory: whoever needs it reads the whole set. */
const mostTags = 1000;

/** The last change of each tag set, so that those who know the set before it need not read all of it again. */
export class RecentChanges {
  readonly #known = new Map<string, Known>();

  note(key: string, from: number | undefined, change: TagChange): void {
    this.#known.delete(key);
    if (from === undefined || change.added.length + change.removed.length > mostTags) return;
    this.#known.set(key, { from, change });
    const oldest = this.#known.size > mostSets ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  /** What leads from one version to another, if that is still known. */
  between(key: string, from: number, to: number): TagChange | undefined {
    if (from === to) return { added: [], removed: [], version: to };
    const known = this.#known.get(key);
    return known?.from === from && known.change.version === to ? known.change : undefined;
  }

  clear(): void {
    this.#known.clear();
  }
}
