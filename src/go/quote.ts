const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', String.raw`\"`],
  ['\\', String.raw`\\`],
  ['\u0007', String.raw`\a`],
  ['\b', String.raw`\b`],
  ['\f', String.raw`\f`],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
  ['\v', String.raw`\v`],
]);

/** Quotes text as Go's `strconv.Quote` and `%q` do. */
export function quote(text: string): string {
  let out = '"';
  for (const char of text) out += PRINTABLE.test(char) ? (SHORT_ESCAPES.get(char) ?? char) : escape(char);
  return `${out}"`;
}

/** Quotes text as Go's `strconv.QuoteToASCII` and `%+q` do. */
export function quoteToAscii(text: string): string {
  let out = '"';
  for (const char of text) out += /^[ -~]$/.test(char) ? (SHORT_ESCAPES.get(char) ?? char) : escape(char);
  return `${out}"`;
}

function escape(char: string): string {
  const short = SHORT_ESCAPES.get(char);
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, '0')}`;
  // Half of a surrogate pair is no character, and becomes the one that stands for that.
  if (code >= 0xd800 && code <= 0xdfff) return String.raw`\ufffd`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
