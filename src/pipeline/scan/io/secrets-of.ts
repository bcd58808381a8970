import type { Credential } from '../docker-config.ts';

/** Every form in which a credential, or a token, could come back in an answer, to be kept out of messages. */
export function secretsOf(credential: Credential, authorization = ''): readonly string[] {
  const { basic, identityToken, registryToken } = credential;
  const account = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
  const password = account.slice(account.indexOf(':') + 1);
  const sent = authorization.replace(/^\w+ /, '');
  // The longer first, so that no part of it is left standing.
  const secrets = [
    basic,
    account,
    password,
    encodeURIComponent(password),
    identityToken,
    registryToken,
    sent,
  ];
  return secrets.flatMap((secret) => (secret ? [secret] : []));
}
