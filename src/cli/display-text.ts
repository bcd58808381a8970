/** Text from elsewhere, safe for a terminal: control characters other than line breaks are shown, not obeyed. */
export function displayText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\t', ' ').replaceAll(unsafe, escape);
}

// Control characters, and those that reverse the direction of what follows.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

function escape(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}]/u;

/** How many columns a text takes on a terminal. */
export function displayWidth(text: string): number {
  // Nearly everything is ASCII, where both counts agree.
  if (/^[\u0020-\u007E]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\u200B|\u200D|\uFE0F/u.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}
