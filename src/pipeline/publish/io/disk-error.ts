import { messageOf, TidemarkError, isTidemarkError } from '../../../model/errors.ts';

const full: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
const forbidden: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** True when our disk, or our share of it, was full or may not be written to. */
export function isDiskError(error: unknown): boolean {
  return isTidemarkError(namedDiskError(error), 'DiskFull', 'StateUnwritable');
}

/** An error of the disk under its name; others as they are. */
export function namedDiskError(error: unknown): unknown {
  if (isTidemarkError(error) || !(error instanceof Error) || !('code' in error)) return error;
  if (full.has(error.code)) {
    return new TidemarkError('DiskFull', 'no space left on the disk of the Git mirror', { cause: error });
  }
  if (!forbidden.has(error.code)) return error;
  const text = `the folder of the Git mirrors cannot be written to: ${messageOf(error)}`;
  return new TidemarkError('StateUnwritable', text, { cause: error });
}
