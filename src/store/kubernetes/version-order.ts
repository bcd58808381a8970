/**
 * True when version `a` of an object or a list is later than `b`.
 *
 * The API server's versions are decimal numbers that only grow (Kubernetes promises their order for its own storage);
 * they may be larger than a double can hold, so they are compared as text. Anything else counts as later when it differs.
 */
export function isLater(a: string, b: string): boolean {
  if (!isNumber(a) || !isNumber(b)) return a !== b;
  return a.length === b.length ? a > b : a.length > b.length;
}

function isNumber(version: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(version);
}
