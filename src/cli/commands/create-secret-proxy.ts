import { mergeStringData } from '../../api/secret.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { proxyFromSecret } from '../../pipeline/scan/proxy-secret.ts';
import { required } from '../create-object.ts';
import { secretCommand } from '../secrets/secret-command.ts';
import { passwordFlags } from '../secrets/password-flags.ts';
import { readSecretText } from '../secrets/secret-text.ts';
import { text } from '../flags.ts';

export const createSecretProxy = secretCommand({
  noun: 'proxy',
  summary: 'Create a Secret with the address of a proxy, and the account to use there',
  flags: {
    address: text('--address <url>', 'address of the proxy: http, https or socks5; required'),
    ...passwordFlags,
  },
  examples: [
    'tidemark create secret proxy egress --address=http://proxy.example.com:3128',
    'tidemark create secret proxy egress --address=socks5://proxy.example.com:1080 -u robot --password-file=-',
  ],
  draft: async (given, deps, out) => {
    const address = required(given.address, 'address is required (--address)');
    const password = await readSecretText(
      { flag: '--password', given: given.password, file: given.passwordFile },
      deps,
      out,
    );
    if (password !== undefined && given.username === undefined)
      throw new TidemarkError('UsageError', 'a password needs a user name (-u, --username)');
    if ((URL.parse(address)?.password ?? '') !== '') {
      throw new TidemarkError(
        'UsageError',
        '--address holds a password: leave it out, and give it with -u and --password-file',
      );
    }
    const stringData = {
      address,
      ...(given.username !== undefined && { username: given.username }),
      ...(password !== undefined && { password }),
    };
    checkAddress(stringData);
    return { type: 'Opaque', stringData };
  },
});

/** By the rules that a run reads it with. */
function checkAddress(stringData: Readonly<Record<string, string>>): void {
  try {
    proxyFromSecret({ metadata: { namespace: '', name: '' }, data: mergeStringData({}, stringData) });
  } catch (error) {
    if (!isTidemarkError(error)) throw error;
    throw new TidemarkError('UsageError', error.message.replace(/^secret '\/': /, '--address: '), {
      cause: error,
    });
  }
}
