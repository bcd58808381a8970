import { byteLength, sliceBytes } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import {
  fromUnits,
  isDigit,
  isLetter,
  isLower,
  isSpace,
  isTitle,
  isUpper,
  mapChars,
  runesOf,
  toLower,
  toTitle,
  toUnits,
  toUpper,
} from './characters.ts';
import { camelCase, separatedCase } from './word-case.ts';

/** Upper and lower case, and what works on words. */
export const letterCase: FunctionTable = {
  upper: define(['string'], 'string', ([text]) => mapChars(text, toUpper)),
  lower: define(['string'], 'string', ([text]) => mapChars(text, toLower)),
  title: define(['string'], 'string', ([text]) => titleCase(text)),
  untitle: define(['string'], 'string', ([text]) => untitle(text)),
  swapcase: define(['string'], 'string', ([text]) => swapCase(text)),
  snakecase: define(['string'], 'string', ([text]) => separatedCase(text, '_')),
  kebabcase: define(['string'], 'string', ([text]) => separatedCase(text, '-')),
  camelcase: define(['string'], 'string', ([text]) => camelCase(text)),
  nospace: define(['string'], 'string', ([text]) => removeSpace(text)),
  initials: define(['string'], 'string', ([text]) => initials(text)),
  abbrev: define(['int', 'string'], 'string', ([width, text]) =>
    width < 4 ? text : abbreviate(text, 0, width),
  ),
  abbrevboth: define(['int', 'int', 'string'], 'string', ([left, right, text]) =>
    right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right),
  ),
  wrap: define(['int', 'string'], 'string', ([width, text]) => wrapWords(text, { width, separator: '\n' })),
  wrapWith: define(['int', 'string', 'string'], 'string', ([width, separator, text], { budget }) => {
    budget.allow(byteLength(text) * (1 + byteLength(separator)));
    return wrapWords(text, { width, separator: separator || '\n', breaksWords: true });
  }),
};

/** Go's `strings.Title`: a letter after anything but letters, digits and underscores. */
function titleCase(text: ByteString): ByteString {
  let previous = ' ';
  return mapChars(text, (char) => {
    const starts = isSeparator(previous);
    previous = char;
    return starts ? toTitle(char) : char;
  });
}

function isSeparator(char: string): boolean {
  if (char < '\u0080') return !/[A-Za-z0-9_]/.test(char);
  return !isLetter(char) && !isDigit(char) && isSpace(char);
}

function untitle(text: ByteString): ByteString {
  let starts = true;
  const mapped = runesOf(text).map((char) => {
    if (isSpace(char)) {
      starts = true;
      return char;
    }
    const result = starts ? toLower(char) : char;
    starts = false;
    return result;
  });
  return mapped.join('');
}

function swapCase(text: ByteString): ByteString {
  let afterSpace = true;
  const mapped = runesOf(text).map((char) => {
    const starts = afterSpace;
    const isCapital = isUpper(char) || isTitle(char);
    afterSpace = isCapital || isLower(char) ? false : isSpace(char);
    if (isCapital) return toLower(char);
    if (!isLower(char)) return char;
    return starts ? toTitle(char) : toUpper(char);
  });
  return mapped.join('');
}

/** Sprig looks at bytes as if each were a character, so text beyond ASCII comes out garbled when it has spaces. */
function removeSpace(text: ByteString): ByteString {
  const kept = Array.from(toUnits(text)).filter((char) => !isSpace(char));
  return kept.length === byteLength(text) ? text : kept.join('');
}

/** Also byte by byte. */
function initials(text: ByteString): ByteString {
  let out = '';
  let starts = true;
  for (const char of toUnits(text)) {
    if (starts && !isSpace(char)) out += char;
    starts = isSpace(char);
  }
  return out;
}

/** At most `width` bytes, with three dots for what is left out on the right, or on both sides of `offset`. */
function abbreviate(text: ByteString, offset: number, width: number): ByteString {
  const length = byteLength(text);
  if (length <= width) return text;
  const start =
    length - Math.min(offset, length) < width - 3 ? length - (width - 3) : Math.min(offset, length);
  if (start <= 4) return `${sliceBytes(text, 0, width - 3)}...`;
  if (start + width - 3 < length) return `...${abbreviate(sliceBytes(text, start), 0, width - 3)}`;
  return `...${sliceBytes(text, length - (width - 3))}`;
}

interface Wrapping {
  /** In bytes. */
  readonly width: number;
  readonly separator: string;
  /** Words that are longer than a line are cut; otherwise they stick out. */
  readonly breaksWords?: boolean;
}

function wrapWords(text: ByteString, { width, separator, breaksWords = false }: Wrapping): ByteString {
  const units = toUnits(text);
  const size = Math.max(1, width);
  const lines: string[] = [];
  let at = 0;
  while (units.length - at > size) {
    if (units[at] === ' ') {
      at++;
      continue;
    }
    const line = lineFrom(units, at, { size, breaksWords });
    lines.push(units.slice(at, line.end));
    if (line.end === units.length) return fromUnits(lines.join(toUnits(separator)));
    at = line.next;
  }
  lines.push(units.slice(at));
  return fromUnits(lines.join(toUnits(separator)));
}

/** Where a line ends, at the last space that fits, else inside or after the first word; and where the next one starts. */
function lineFrom(
  units: string,
  at: number,
  { size, breaksWords }: { readonly size: number; readonly breaksWords: boolean },
): { readonly end: number; readonly next: number } {
  const space = units.lastIndexOf(' ', at + size);
  if (space >= at) return { end: space, next: space + 1 };
  if (breaksWords) return { end: at + size, next: at + size };
  const after = units.indexOf(' ', at + size);
  return after < 0 ? { end: units.length, next: units.length } : { end: after, next: after + 1 };
}
