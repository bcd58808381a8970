/** The order of keys in Go's yaml.v2: letters by code point, after everything else; digits by the number that they form. */
export function compareKeys(left: string, right: string): number {
  const a = Array.from(left);
  const b = Array.from(right);
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const one = a[at] ?? '';
    const other = b[at] ?? '';
    if (one !== other) return compareFrom(a, b, at);
  }
  return a.length - b.length;
}

function compareFrom(a: readonly string[], b: readonly string[], at: number): number {
  const one = a[at] ?? '';
  const other = b[at] ?? '';
  const oneIsLetter = /\p{L}/u.test(one);
  const otherIsLetter = /\p{L}/u.test(other);
  if (oneIsLetter !== otherIsLetter) return oneIsLetter ? 1 : -1;
  const byCode = (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  if (oneIsLetter) return byCode;
  // A zero in the middle of a number counts as a digit of it: 10 comes after 9.
  const lead = one === '0' || other === '0' ? leadOf(a, at) : '';
  const oneRun = digitsFrom(a, at);
  const otherRun = digitsFrom(b, at);
  const difference = BigInt(lead + oneRun || '0') - BigInt(lead + otherRun || '0');
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return oneRun.length - otherRun.length || byCode;
}

/** `1` when a digit other than zero stands directly before. */
function leadOf(characters: readonly string[], at: number): string {
  for (let index = at - 1; index >= 0 && isDigit(characters[index]); index -= 1) {
    if (characters[index] !== '0') return '1';
  }
  return '';
}

function digitsFrom(characters: readonly string[], at: number): string {
  let end = at;
  while (isDigit(characters[end])) end += 1;
  return characters.slice(at, end).join('');
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && /^[0-9]$/.test(character);
}
