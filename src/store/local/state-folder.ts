import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

import { TidemarkError, isTidemarkError, messageOf } from '../../model/errors.ts';
import { fileFailure } from '../../model/file-failure.ts';

const folderName = '.tidemark';

/**
 * Where the state of the objects in `path` is kept when nobody says: `.tidemark` beside it.
 *
 * Inside it when beside would be outside of what belongs together: at the root of a Git checkout, and when `path` is the
 * working directory or a parent of it. A folder that is already there, inside or beside, is used first, so that commands
 * started from different places find the same one.
 */
export function defaultStateFolder(path: string, workingDirectory: string): string {
  if (path === '-') return join(workingDirectory, folderName);
  const target = resolve(workingDirectory, path);
  const beside = join(dirname(target), folderName);
  if (!isFolder(target)) return beside;
  const inside = join(target, folderName);
  if (existsSync(inside)) return inside;
  if (existsSync(beside)) return beside;
  const holdsUs = basename(target) === '' || `${workingDirectory}${sep}`.startsWith(`${target}${sep}`);
  return holdsUs || existsSync(join(target, '.git')) ? inside : beside;
}

/** Makes the folder if need be: for its owner only, and invisible to Git. */
export function prepareStateFolder(folder: string): void {
  try {
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
    }
    writeOnce(join(folder, '.gitignore'), '*\n');
    writeOnce(join(folder, 'wake'), '');
  } catch (error) {
    const failure = fileFailure(error, folder);
    if (!isTidemarkError(failure, 'StateUnwritable')) throw failure;
    throw new TidemarkError(
      'StateUnwritable',
      `cannot make the state folder ${folder}: ${messageOf(error)}; name another with --state`,
      { cause: error },
    );
  }
}

function writeOnce(file: string, text: string): void {
  if (!existsSync(file)) writeFileSync(file, text, { mode: 0o600 });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
