import type { Cursor } from './cursor.ts';

/** Letters, digits, `-` and `_`: what an anchor, an alias and a tag handle are made of. */
function isWordCode(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x5f
  );
}

/** Goes past `&name` or `*name`. */
export function scanAnchor(cursor: Cursor): void {
  const start = cursor.at;
  cursor.at++;
  while (isWordCode(cursor.code())) cursor.at++;
  const ended = cursor.blankOrEnd() || '?:,]}%@`'.includes(cursor.text.charAt(cursor.at));
  if (cursor.at === start + 1 || !ended)
    cursor.fail('An anchor or alias has a name that is not letters, digits, - and _.', start);
}

const TAG_TEXT = /(?:[\w\-;/?:@&=+$,.!~*'()[\]]|%[0-9A-Fa-f]{2})*/y;

/** Goes past a tag: `!`, `!name`, `!!name`, `!handle!name` or `!<uri>`. */
export function scanTag(cursor: Cursor): void {
  const start = cursor.at;
  const verbatim = cursor.text.startsWith('!<', start);
  cursor.at += verbatim ? 2 : 1;
  const written = new RegExp(TAG_TEXT);
  written.lastIndex = cursor.at;
  cursor.at += written.exec(cursor.text)?.[0].length ?? 0;
  if (verbatim) {
    if (cursor.text.charAt(cursor.at) !== '>')
      cursor.fail('A tag in the form !<...> is never closed.', start);
    cursor.at++;
  }
  if (!cursor.blankOrEnd()) cursor.fail('A tag is not followed by a space or a line break.', start);
}
