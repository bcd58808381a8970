/** A line break of YAML 1.1, in decoded text. */
export const BREAK = /\r\n|[\r\n\u0085\u2028\u2029]/;

const BREAKS = /\r\n|[\r\n\u0085\u2028\u2029]/g;

/** The line breaks in a text: CR, CR LF and NEL count as LF; LS and PS stay what they are. */
export function breaksOf(text: string): string[] {
  return (text.match(BREAKS) ?? []).map((found) => (/[\u2028\u2029]/.test(found) ? found : '\n'));
}
