import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { git } from './git.ts';

/** A place where a planted secret was found. */
export interface Leak {
  readonly secret: string;
  /** In which form: as it is, base64, URL-encoded, ... */
  readonly form: string;
  readonly where: string;
}

/** The planted secrets, and the search for them. */
export interface Canaries {
  /** What is searched for: every secret in every form, one a line. */
  readonly patterns: string;
  /** Every leak in a piece of text or bytes; `where` names it. */
  searchBytes(where: string, bytes: Uint8Array | string): readonly Leak[];
  /** Every leak in the files below `folder`, bare repositories' objects included. `except` are files that hold secrets by right. */
  searchFolder(folder: string, except?: (path: string) => boolean): readonly Leak[];
}

/** Secrets are searched for in every form in which a program may carry them on. */
export function canaries(secrets: readonly string[]): Canaries {
  const needles = secrets.flatMap((secret) =>
    formsOf(secret).map(([form, text]) => ({ secret, form, bytes: Buffer.from(text) })),
  );
  const searchBytes: Canaries['searchBytes'] = (where, bytes) => {
    const haystack = Buffer.from(bytes as Uint8Array);
    return needles
      .filter((needle) => haystack.includes(needle.bytes))
      .map(({ secret, form }) => ({ secret, form, where }));
  };
  return {
    patterns: `${needles.map(({ bytes }) => bytes.toString()).join('\n')}\n`,
    searchBytes,
    searchFolder: (folder, except = () => false) =>
      filesBelow(folder)
        .filter((path) => !except(path))
        .flatMap((path) => [
          ...searchBytes(path, path),
          ...searchBytes(path, readFileSync(path)),
          ...searchRepository(path, searchBytes),
        ]),
  };
}

/** base64 of a longer text holds the secret at one of three offsets: each has a middle part that is always the same. */
function formsOf(secret: string): readonly (readonly [form: string, text: string])[] {
  const forms: (readonly [string, string])[] = [
    ['as it is', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['hex', Buffer.from(secret).toString('hex')],
  ];
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.from('\0'.repeat(offset) + secret).toString('base64');
    const start = offset === 0 ? 0 : 4;
    const whole = encoded.slice(start, Math.floor(((offset + Buffer.byteLength(secret)) * 4) / 3 / 4) * 4);
    forms.push(
      [`base64 at offset ${offset}`, whole],
      [`base64url at offset ${offset}`, whole.replaceAll('+', '-').replaceAll('/', '_')],
    );
  }
  return forms.filter(
    ([, text], index) => text.length >= 6 && forms.findIndex(([, other]) => other === text) === index,
  );
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Objects of a repository are compressed: a `HEAD` file next to `objects/` makes git print them all, unreachable ones too. */
function searchRepository(path: string, searchBytes: Canaries['searchBytes']): readonly Leak[] {
  const folder = join(path, '..');
  if (basename(path) !== 'HEAD' || !readdirSync(folder).includes('objects')) return [];
  return searchBytes(
    `objects of ${folder}`,
    git(folder, ['cat-file', '--batch-all-objects', '--batch', '--unordered']),
  );
}
