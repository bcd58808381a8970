import { readFile } from 'node:fs/promises';

import { messageOf, TidemarkError } from '../model/errors.ts';
import type { CliDeps } from './deps.ts';

/** The bytes of a file, or of standard input for `-`. */
export async function readInput(path: string, deps: CliDeps): Promise<Buffer> {
  if (path === '-') return deps.stdin.read();
  try {
    return await readFile(path, { signal: deps.signal });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Says why a path cannot be read. */
export function unreadable(path: string, error: unknown): TidemarkError {
  return new TidemarkError('UsageError', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
}

/** The system's reason in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a folder, and a file is wanted';
    case 'ENOTDIR':
      return 'a part of the path is a file, not a folder';
    case 'ELOOP':
      return 'symbolic links go round in a circle';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EROFS':
      return 'the file system is read-only';
    default:
      return messageOf(error);
  }
}
