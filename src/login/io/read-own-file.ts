import { readFile } from 'node:fs/promises';
import { TidemarkError } from '../../model/errors.ts';

/** A file that the environment names; `what` says whose name it is in. Throws `LoginFailed`. */
export async function readOwnFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${String(code)})`;
    throw new TidemarkError('LoginFailed', `${what}: ${path}: ${reason}`, { cause: error });
  }
}

/** The same, where a missing file means that nothing is set up. */
export async function readFileIfAny(path: string, what: string): Promise<string | undefined> {
  try {
    return await readOwnFile(path, what);
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error && ['ENOENT', 'ENOTDIR'].includes(String(Reflect.get(cause, 'code'))))
      return undefined;
    throw error;
  }
}
