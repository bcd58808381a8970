import { TidemarkError } from '../../model/errors.ts';
import type { FlagValues } from '../flags.ts';
import type { passwordFlags } from './password-flags.ts';
import type { sshFlags } from './ssh-flags.ts';

/** What can be said about the credentials of a Git repository. */
export interface GitSecretFlags extends FlagValues<typeof passwordFlags>, FlagValues<typeof sshFlags> {
  readonly url: string | undefined;
  readonly bearerToken: string | undefined;
  readonly bearerTokenFile: string | undefined;
  readonly caCrtFile: string | undefined;
}

/** Throws `UsageError` for a flag that the transport has no use for: it was meant for something. */
export function refuseForeignFlags(given: GitSecretFlags, protocol: string): void {
  const isSsh = protocol === 'ssh:';
  const foreign: readonly (readonly [string, unknown])[] = isSsh
    ? [
        ['--username is for https: the user stands in the ssh URL', given.username],
        ['--bearer-token is for https', given.bearerToken],
        ['--bearer-token-file is for https', given.bearerTokenFile],
        ['specifying a CA file is not supported for Git over SSH', given.caCrtFile],
      ]
    : [
        ['--private-key-file is for ssh URLs', given.privateKeyFile],
        ['--known-hosts-file is for ssh URLs', given.knownHostsFile],
      ];
  const [sentence] = foreign.find(([, value]) => value !== undefined) ?? [];
  if (sentence !== undefined) throw new TidemarkError('UsageError', sentence);
}
