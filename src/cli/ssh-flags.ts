import { TidemarkError } from '../model/errors.ts';
import type { Flag } from './flags.ts';

/** A list of algorithms as ssh takes it, first choice first. Which names there are depends on the ssh of the machine. */
function algorithms(spec: string, help: string): Flag<string | undefined> {
  return {
    spec,
    help,
    repeatable: false,
    words: [],
    read: (raw) => {
      if (typeof raw !== 'string') return undefined;
      const names = raw.split(',').map((name) => name.trim());
      const wrong = names.find((name) => !/^[a-zA-Z0-9][\w@.-]*$/.test(name));
      if (wrong === undefined) return names.join(',');
      throw new TidemarkError(
        'UsageError',
        `${spec.split(' ')[0]} takes names with commas between them, and '${wrong}' is none`,
      );
    },
  };
}

/** What ssh may agree on with a Git server; it decides by itself when they are not given. */
export const sshFlags = {
  sshKexAlgos: algorithms(
    '--ssh-kex-algos <list>',
    'key exchanges that Git over SSH may use, first choice first',
  ),
  sshHostkeyAlgos: algorithms(
    '--ssh-hostkey-algos <list>',
    'host keys that Git over SSH accepts, first choice first',
  ),
};

/** The flags as settings. */
export function sshAlgorithms(given: {
  readonly sshKexAlgos: string | undefined;
  readonly sshHostkeyAlgos: string | undefined;
}): { readonly kex: string | undefined; readonly hostKey: string | undefined } {
  return { kex: given.sshKexAlgos, hostKey: given.sshHostkeyAlgos };
}
