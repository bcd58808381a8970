/**
 * Flux's revision of a tag set: the decimal Adler-32 of its compact JSON array, written as Go writes JSON.
 * It is shown, and nothing depends on it: two different sets may have the same one.
 */
export function tagsChecksum(sorted: readonly string[]): string {
  const json = JSON.stringify(sorted).replaceAll(escapedByGo, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return String(adler32(Buffer.from(json, 'utf8')));
}

/** Go escapes these too, so that JSON can stand inside HTML and JavaScript. */
const escapedByGo = /[<>&\u2028\u2029]/g;

const largestPrime = 65_521;
/** So many bytes can be added up before a sum leaves 32 bits. */
const stride = 5552;

function adler32(data: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let start = 0; start < data.length; start += stride) {
    const end = Math.min(start + stride, data.length);
    for (let at = start; at < end; at += 1) {
      low += data[at] ?? 0;
      high += low;
    }
    low %= largestPrime;
    high %= largestPrime;
  }
  return high * 65_536 + low;
}
