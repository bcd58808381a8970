import type { Budget } from '../budget.ts';
import { isAscii, runeOf, toBytes } from '../byte-string.ts';
import type { ByteString } from '../byte-string.ts';
import { define } from '../define.ts';
import type { FunctionTable } from '../define.ts';
import { print, printLine } from '../fmt/print.ts';
import { printFormatted } from '../fmt/printf.ts';
import { GoPointer } from '../go-value.ts';
import type { GoValue } from '../go-value.ts';

/** Go's printing and escaping functions. */
export const textBuiltins: FunctionTable = {
  print: define(['...any'], 'string', (values, { budget }) => print(values, budget)),
  println: define(['...any'], 'string', (values, { budget }) => printLine(values, budget)),
  printf: define(['string', '...any'], 'string', ([format, ...values], { budget }) =>
    printFormatted(format, values, budget),
  ),
  html: define(['...any'], 'string', (values, { budget }) => escapeHtml(printAll(values, budget))),
  js: define(['...any'], 'string', (values, { budget }) => escapeJs(printAll(values, budget))),
  urlquery: define(['...any'], 'string', (values, { budget }) => escapeQuery(printAll(values, budget))),
};

/** Pointers are followed, as when a template prints. */
function printAll(values: readonly GoValue[], budget: Budget): ByteString {
  const shown = values.map((value) => {
    if (value === null || value === undefined) return '<no value>';
    return value instanceof GoPointer ? (value.target ?? value) : value;
  });
  return print(shown, budget);
}

const HTML_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0000', '\uFFFD'],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

function escapeHtml(text: ByteString): ByteString {
  // oxlint-disable-next-line no-control-regex -- NUL is one of them
  return text.replace(/[\u0000"'&<>]/g, (char) => HTML_ESCAPES.get(char) ?? char);
}

const JS_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', String.raw`\\`],
  ["'", String.raw`\'`],
  ['"', String.raw`\"`],
]);

/** Quotes, angle brackets and the like become escapes, and so does what cannot be printed, but for DEL. */
function escapeJs(text: ByteString): ByteString {
  return text.replace(/[\\'"<>&=]|[^\p{L}\p{M}\p{N}\p{P}\p{S} \u007F\uDC80-\uDCFF]/gu, (char) => {
    const code = runeOf(char);
    return JS_ESCAPES.get(char) ?? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** Go's `url.QueryEscape`. */
export function escapeQuery(text: ByteString): ByteString {
  if (isAscii(text) && /^[A-Za-z0-9_.~-]*$/.test(text)) return text;
  const escaped = Array.from(toBytes(text), (byte) => {
    if (byte === 0x20) return '+';
    const char = String.fromCharCode(byte);
    return UNRESERVED.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return escaped.join('');
}

const UNRESERVED = /[A-Za-z0-9_.~-]/;
