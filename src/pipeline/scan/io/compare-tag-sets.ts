/** What changed between two tag sets, and where each tag of the new one stood in the old. */
export interface TagSetComparison {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** For each new tag its index in the old set, or -1. */
  readonly origins: Int32Array;
}

/**
 * Compares two sets. What both begin and end with is passed over, since mostly a few tags have come and nothing else;
 * the rest is merged when it is sorted descending, and looked up otherwise. All ways give the same answer.
 */
export function compareTagSets(before: readonly string[], after: readonly string[]): TagSetComparison {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  const middle = isDescending(old) && isDescending(fresh) ? merge(old, fresh) : lookUp(old, fresh);
  const origins = new Int32Array(after.length);
  for (let index = 0; index < head; index += 1) origins[index] = index;
  for (let index = 0; index < fresh.length; index += 1) {
    const origin = middle.origins[index] ?? -1;
    origins[head + index] = origin === -1 ? -1 : head + origin;
  }
  const shift = before.length - after.length;
  for (let index = after.length - tail; index < after.length; index += 1) origins[index] = index + shift;
  return { added: middle.added, removed: middle.removed, origins };
}

function merge(before: readonly string[], after: readonly string[]): TagSetComparison {
  const added: string[] = [];
  const removed: string[] = [];
  const origins = new Int32Array(after.length).fill(-1);
  let at = 0;
  for (let index = 0; index < after.length; index += 1) {
    const tag = after[index] ?? '';
    let old = before[at];
    while (old !== undefined && old > tag) {
      removed.push(old);
      at += 1;
      old = before[at];
    }
    if (old === tag) {
      origins[index] = at;
      at += 1;
    } else {
      added.push(tag);
    }
  }
  for (; at < before.length; at += 1) removed.push(before[at] ?? '');
  return { added, removed, origins };
}

function lookUp(before: readonly string[], after: readonly string[]): TagSetComparison {
  const places = new Map(before.map((tag, index) => [tag, index]));
  const origins = Int32Array.from(after, (tag) => places.get(tag) ?? -1);
  const kept = new Set(after);
  return {
    added: after.filter((_, index) => origins[index] === -1),
    removed: before.filter((tag) => !kept.has(tag)),
    origins,
  };
}

function isDescending(tags: readonly string[]): boolean {
  for (let index = 1; index < tags.length; index += 1) {
    if ((tags[index - 1] ?? '') <= (tags[index] ?? '')) return false;
  }
  return true;
}
