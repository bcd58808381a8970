import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';

import { isUpdateCandidate } from '../screen.ts';

/** A file that may hold markers. */
export interface WalkedFile {
  /** As a person would name it: below the path that was given. */
  readonly path: string;
  /** What the file system knows it by. */
  readonly location: Buffer;
  /** A symbolic link that leads out of the path: it is read, and must not be written. */
  readonly leadsOutside: boolean;
}

/** A file or folder below the path that cannot be read. */
export interface UnreadableEntry {
  readonly path: string;
  readonly error: unknown;
}

export type Walked = { readonly file: WalkedFile } | { readonly unreadable: UnreadableEntry };

const slash = Buffer.from('/');

/**
 * Every file below `path` that is searched for markers, in byte order of its name; a path that is a file is taken whatever its name.
 *
 * As Flux has it, hidden folders are entered, and links to files are followed but links to folders are not. `.git` holds no
 * files of the repository. Throws the system's error when `path` itself cannot be read.
 */
export function* walkFolder(path: string): Generator<Walked> {
  const root = Buffer.from(path);
  const home = realpathSync(root);
  if (statSync(root).isDirectory())
    yield* walk({ folder: root, shown: path === '.' ? '' : path.replace(/\/+$/, '/'), home });
  else yield { file: { path, location: root, leadsOutside: false } };
}

interface Folder {
  readonly folder: Buffer;
  /** What stands before the names of its entries. */
  readonly shown: string;
  /** The real folder that nothing may be written outside of. */
  readonly home: string;
}

function* walk({ folder, shown, home }: Folder): Generator<Walked> {
  const prefix = shown === '' || shown.endsWith('/') ? shown : `${shown}/`;
  let entries;
  try {
    entries = readdirSync(folder, { encoding: 'buffer', withFileTypes: true });
  } catch (error) {
    yield { unreadable: { path: shown, error } };
    return;
  }
  entries.sort((left, right) => Buffer.compare(left.name, right.name));
  for (const entry of entries) {
    const name = isUtf8(entry.name) ? entry.name.toString('utf8') : entry.name.toString('latin1');
    const location = Buffer.concat([folder, slash, entry.name]);
    if (entry.isDirectory()) {
      if (name !== '.git') yield* walk({ folder: location, shown: `${prefix}${name}`, home });
    } else if (isUpdateCandidate(name) && leadsToFile(location)) {
      const leadsOutside = entry.isSymbolicLink() && !realpathSync(location).startsWith(`${home}/`);
      yield { file: { path: `${prefix}${name}`, location, leadsOutside } };
    }
  }
}

/** False for a link that leads nowhere, or to a folder; for sockets and the like. */
function leadsToFile(location: Buffer): boolean {
  try {
    return lstatSync(location).isFile() || statSync(location).isFile();
  } catch {
    return false;
  }
}
