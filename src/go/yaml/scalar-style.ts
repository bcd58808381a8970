import { resolvesToText } from './resolves-to-text.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

const lineBreak = /[\n\r\u0085\u2028\u2029]/;

/** What the reader of YAML allows for a text. */
interface Allowed {
  readonly plain: boolean;
  readonly single: boolean;
  readonly literal: boolean;
}

/** The style in which Go's yaml.v2 writes a text in a block collection. Keys must stand on one line. */
export function scalarStyle(text: string, place: 'key' | 'value'): ScalarStyle {
  const allowed = analyze(text);
  if (text.includes('\n')) return allowed.literal && place === 'value' ? 'literal' : 'double';
  if (!resolvesToText(text)) return 'double';
  if (allowed.plain && text !== '' && !(place === 'key' && lineBreak.test(text))) return 'plain';
  return allowed.single && !(place === 'key' && lineBreak.test(text)) ? 'single' : 'double';
}

function analyze(text: string): Allowed {
  const characters = Array.from(text);
  const special = characters.some((character) => !isPrintable(character));
  const spaceThenBreak = / [\n\r\u0085\u2028\u2029]/.test(text);
  const breakThenSpace = /[\n\r\u0085\u2028\u2029] /.test(text);
  const edges = /^[ \n\r\u0085\u2028\u2029]|[ \n\r\u0085\u2028\u2029]$/.test(text);
  return {
    plain:
      !special &&
      !spaceThenBreak &&
      !breakThenSpace &&
      !edges &&
      !lineBreak.test(text) &&
      !hasIndicator(text),
    single: !special && !spaceThenBreak && !breakThenSpace,
    literal: !special && !spaceThenBreak && !text.endsWith(' '),
  };
}

/** True when a plain text would be read as something else inside a block collection. */
function hasIndicator(text: string): boolean {
  return (
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[-?:](?:[\s\u0085\u2028\u2029]|$)/.test(text) ||
    /:(?:[\s\u0085\u2028\u2029]|$)/.test(text.slice(1)) ||
    /[\s\u0085\u2028\u2029]#/.test(text)
  );
}

/** The characters that the emitter writes as they are. Those outside of the basic plane are not among them. */
export function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true;
  return (code >= 0xa0 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe && code !== 0xfeff);
}
