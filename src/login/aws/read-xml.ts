/** Longer answers are none of AWS's. */
const longest = 256 * 1024;

const tokens = /<\?[^>]*\?>|<(\/?)([A-Za-z_][\w:.-]*)([^<>]*)>|([^<]+)/y;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The texts of a small XML document, by the names that lead to them: `Result/Credentials/AccessKeyId`, without the name of the root.
 * Undefined when it is not well-formed, or more than elements and text: no document types, no CDATA.
 */
export function readXml(text: string): ReadonlyMap<string, string> | undefined {
  if (text.length > longest) return undefined;
  const found = new Map<string, string>();
  const open: string[] = [];
  let at = 0;
  let seenRoot = false;
  while (at < text.length) {
    tokens.lastIndex = at;
    const match = tokens.exec(text);
    if (match === null) return undefined;
    at = tokens.lastIndex;
    const [, closing, name, rest = '', characters] = match;
    if (characters !== undefined) {
      if (!note(found, open, characters)) return undefined;
    } else if (name !== undefined && closing === '/') {
      if (open.pop() !== name) return undefined;
    } else if (name !== undefined) {
      if (open.length === 0 && seenRoot) return undefined;
      seenRoot = true;
      if (!rest.endsWith('/')) open.push(name);
    }
  }
  return open.length === 0 && seenRoot ? found : undefined;
}

function note(found: Map<string, string>, open: readonly string[], characters: string): boolean {
  const text = unescape(characters);
  if (text === undefined) return false;
  const key = open.slice(1).join('/');
  const trimmed = text.trim();
  if (trimmed === '') return true;
  // The first one counts: a second element of the same name changes nothing.
  if (open.length > 0 && !found.has(key)) found.set(key, trimmed);
  return open.length > 0;
}

function unescape(text: string): string | undefined {
  let isSound = true;
  const plain = text.replaceAll(/&(#\d{1,7}|#x[\dA-Fa-f]{1,6}|\w{1,8});?/g, (whole, name: string) => {
    const known = entities[name];
    if (whole.endsWith(';') && known !== undefined) return known;
    const hex = name.startsWith('#x');
    const code = name.startsWith('#') ? Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10) : Number.NaN;
    isSound &&= whole.endsWith(';') && code <= 0x10ffff;
    return isSound ? String.fromCodePoint(code) : '';
  });
  return isSound ? plain : undefined;
}
