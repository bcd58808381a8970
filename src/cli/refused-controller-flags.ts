import { TidemarkError } from '../model/errors.ts';
import type { Flag } from './flags.ts';

/** A flag of Flux's controllers that has nothing to turn here. It is refused with the reason, so that nobody relies on it. */
function refused(spec: string, reason: string): Flag<undefined> {
  const name = spec.split(' ')[0] ?? spec;
  return {
    spec,
    help: `not taken: ${reason}`,
    repeatable: false,
    words: [],
    read: (raw) => {
      if (raw === undefined) return undefined;
      throw new TidemarkError('UsageError', `${name} is not taken: ${reason}`);
    },
  };
}

export const refusedControllerFlags = {
  gcInterval: refused(
    '--gc-interval <minutes>',
    'tags are kept in SQLite, which needs no collection of garbage',
  ),
  storageValueLogFileSize: refused(
    '--storage-value-log-file-size <bytes>',
    'tags are kept in SQLite, which has no value log',
  ),
  storageCompressionThreshold: refused(
    '--storage-compression-threshold <kib>',
    'tag sets are always compressed',
  ),
  watchConfigsLabelSelector: refused(
    '--watch-configs-label-selector <selector>',
    'Secrets are read when they are needed, and none is watched',
  ),
};
