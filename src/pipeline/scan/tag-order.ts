/** The tags in descending order of their UTF-8 bytes: the order in which they are stored and shown. */
export function sortTags(tags: readonly string[]): readonly string[] {
  // Without a comparator strings are ordered by UTF-16 units, which is the order of bytes unless a surrogate meets U+E000 or above.
  const plain = tags.every((tag) => !beyondAscii.test(tag));
  return plain ? [...tags].sort().reverse() : [...tags].sort((a, b) => Buffer.compare(bytes(b), bytes(a)));
}

/** What `status.lastScanResult.latestTags` shows: the first ten of the sorted tags. */
export function latestTags(sorted: readonly string[]): readonly string[] {
  return sorted.slice(0, 10);
}

const beyondAscii = /[^\0-\x7f]/;

function bytes(text: string): Buffer {
  return Buffer.from(text, 'utf8');
}
