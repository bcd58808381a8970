import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Secret } from '../../api/secret.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';

const dataKey = /^[-._a-zA-Z0-9]+$/;

/**
 * Where the keys of a Secret lie: in its folder, or in the one that was set aside for it a moment ago.
 *
 * No file system that we can rely on exchanges two folders in one step. In between, and after a crash in between, the old one counts.
 */
export function secretFolderAt(place: string): string | undefined {
  return [place, setAside(place)].find(isFolder);
}

/** Makes the folder of a Secret, for its owner only, in place of one that is there: the old keys, or the new ones. */
export function writeSecretFolder(place: string, secret: Secret): void {
  const draft = join(dirname(place), `.${basename(place)}.${process.pid}`);
  try {
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    for (const [key, value] of Object.entries(secret.data)) {
      if (!dataKey.test(key) || key.startsWith('..')) {
        const shown = `Secret ${formatKey(secret.metadata)}`;
        throw new TidemarkError('ObjectInvalid', `${shown}: ${key} is not a valid key`);
      }
      writeDurably(join(draft, key), Buffer.from(value, 'base64'));
    }
    putInPlace(draft, place);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function putInPlace(draft: string, place: string): void {
  const old = setAside(place);
  if (isFolder(place)) {
    rmSync(old, { recursive: true, force: true });
    renameSync(place, old);
  }
  try {
    renameSync(draft, place);
  } catch (error) {
    if (isFolder(old) && !isFolder(place)) renameSync(old, place);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/** Its name is none that a Secret can have. */
function setAside(place: string): string {
  return join(dirname(place), `.${basename(place)}.replaced`);
}

function writeDurably(path: string, content: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
