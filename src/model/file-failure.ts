import { TidemarkError, messageOf } from './errors.ts';

/** An error of the file system as a TidemarkError that says what to do. Errors of other kinds come back as they are. */
export function fileFailure(error: unknown, path: string): unknown {
  if (
    error instanceof TidemarkError ||
    !(error instanceof Error) ||
    !('syscall' in error) ||
    !('code' in error)
  ) {
    return error;
  }
  const options = { cause: error };
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new TidemarkError(
      'DiskFull',
      `no space left to write ${path}: free some space and try again`,
      options,
    );
  }
  return new TidemarkError('StateUnwritable', `cannot write ${path}: ${messageOf(error)}`, options);
}
