import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { TidemarkError } from '../../model/errors.ts';
import { fileFailure } from '../../model/file-failure.ts';

/** Writes a file that must not exist yet: all of it, or nothing. Throws `AlreadyExists`. */
export function createFile(path: string, content: Uint8Array): void {
  writeBeside(path, content, {
    mode: 0o644,
    place: (draft) => {
      linkSync(draft, path);
      rmSync(draft);
    },
  });
}

/** Replaces a file: whoever reads it sees the old content or the new. The mode stays, and so does a link that leads to it. */
export function replaceFile(path: string, content: Uint8Array): void {
  const target = realpathSync(path);
  writeBeside(target, content, {
    mode: statSync(target).mode & 0o7777,
    place: (draft) => renameSync(draft, target),
  });
}

function writeBeside(
  path: string,
  content: Uint8Array,
  { mode, place }: { readonly mode: number; readonly place: (draft: string) => void },
): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    const file = openSync(draft, 'w', mode);
    try {
      writeAll(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    place(draft);
  } catch (error) {
    rmSync(draft, { force: true });
    throw toFailure(error, path);
  }
}

function writeAll(file: number, content: Uint8Array): void {
  for (let written = 0; written < content.length;) written += writeSync(file, content, written);
}

function toFailure(error: unknown, path: string): unknown {
  const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
  if (!exists) return fileFailure(error, path);
  return new TidemarkError('AlreadyExists', `${path} exists already, and is not overwritten`, {
    cause: error,
  });
}
