import { TidemarkError, isTidemarkError } from '../../../model/errors.ts';

const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** True when the disk, or our share of it, was full. */
export function isDiskFull(error: unknown): boolean {
  return (
    isTidemarkError(error, 'DiskFull') || (error instanceof Error && 'code' in error && codes.has(error.code))
  );
}

/** The error of a full disk under its name; others as they are. */
export function namedDiskFull(error: unknown): unknown {
  if (!isDiskFull(error) || isTidemarkError(error)) return error;
  return new TidemarkError('DiskFull', 'no space left on the disk of the Git mirror', { cause: error });
}
