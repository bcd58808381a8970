import { TidemarkError } from '../../model/errors.ts';
import { parseReference } from '../../model/image-ref.ts';
import { required } from '../create-object.ts';
import { text } from '../flags.ts';
import { passwordFlags } from '../secrets/password-flags.ts';
import { secretCommand } from '../secrets/secret-command.ts';
import { readSecretText } from '../secrets/secret-text.ts';

export const createSecretOci = secretCommand({
  noun: 'oci',
  summary: 'Create a Secret with the account of a registry',
  flags: {
    url: text('--url <address>', 'the registry, or a path in it: ghcr.io, ghcr.io/acme; required'),
    ...passwordFlags,
  },
  examples: ['tidemark create secret oci ghcr --url=ghcr.io -u robot --password-file=token.txt'],
  draft: async (given, deps, out) => {
    const url = required(given.url, '--url is required');
    checkRegistry(url);
    const username = required(given.username, '--username is required');
    if (username.includes(':'))
      throw new TidemarkError(
        'UsageError',
        '--username must not hold a colon: what follows would be read as the password',
      );
    const password = required(
      await readSecretText(
        { flag: '--password', given: given.password, file: given.passwordFile },
        deps,
        out,
      ),
      'a password is required: --password-file FILE, or --password-file - for standard input',
    );
    const auth = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
    const config = JSON.stringify({ auths: { [url]: { username, password, auth } } }, undefined, 2);
    return {
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': goEscaped(config) },
    };
  },
});

/** What would match no image is refused. */
function checkRegistry(url: string): void {
  const refuse = (what: string): never => {
    throw new TidemarkError('UsageError', `--url takes a registry such as ghcr.io, or a path in it: ${what}`);
  };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[0];
  // The name by which docker login keeps the account of Docker Hub.
  if (scheme !== undefined && !/^https?:\/\/(?:index\.)?docker\.io\//i.test(url))
    refuse(`remove '${scheme}'`);
  if (scheme !== undefined) return;
  const [host = '', ...path] = url.split('/');
  if (url.includes('@')) refuse('no user and no digest stands there');
  if (path.some((part) => part.includes(':'))) refuse('a tag is no part of it');
  if (!/^[a-z0-9*][a-z0-9.*-]*(:\d+)?$/i.test(host)) refuse(`"${host}" is no name of a host`);
  if (path.length > 0 && !url.includes('*') && parseReference(url) === undefined)
    refuse(`"${url}" cannot be read`);
}

/** JSON as Go writes it. */
function goEscaped(json: string): string {
  return json.replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
