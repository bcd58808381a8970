import { TidemarkError } from '../../model/errors.ts';
import { latin1Of } from './raw-path.ts';

/**
 * `update.path` in clean form: `apps/dev`, or `.` for the whole repository.
 *
 * Always relative to the root, however it is spelt: `./apps`, `/apps` and `apps/` are one. A `..` that would leave the root is refused
 * (Flux stays at the root instead, and so updates another folder than the one that is written there).
 */
export function normalizeUpdatePath(path: string | undefined): string {
  const given = path ?? '';
  if (given.includes('\0')) throw invalid(given, 'contains a NUL character');
  const folders: string[] = [];
  for (const part of given.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') folders.push(part);
    else if (folders.pop() === undefined) throw invalid(given, 'leaves the repository');
  }
  return folders.join('/') || '.';
}

/** The folders of `update.path` from the root down, as latin1 of their bytes; none for the whole repository. */
export function foldersOf(path: string): readonly string[] {
  const clean = normalizeUpdatePath(path);
  return clean === '.' ? [] : clean.split('/').map(latin1Of);
}

/** The error of a path that is not in the tree, in the words of Flux. */
export function missingUpdatePath(path: string): TidemarkError {
  return new TidemarkError(
    'UpdatePathInvalid',
    `walking path for files: lstat ${path}: no such file or directory`,
  );
}

/** The error of a path that leads out of the repository through a link. */
export function escapingUpdatePath(path: string): TidemarkError {
  return invalid(path, 'leaves the repository through a symbolic link');
}

function invalid(path: string, what: string): TidemarkError {
  return new TidemarkError('UpdatePathInvalid', `update.path ${JSON.stringify(path)} ${what}`);
}
