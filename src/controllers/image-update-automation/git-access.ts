import type { GitRepository } from '../../api/git-repository.ts';
import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { parseMilliseconds } from '../../go/duration.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import type { GitRemote } from '../../pipeline/publish/ports.ts';
import { proxyFromSecret } from '../../pipeline/scan/proxy-secret.ts';
import { isSshSource, sshRemote } from './ssh-credentials.ts';

/** The Secrets that a GitRepository names. */
export interface GitSecrets {
  readonly secret?: Secret | undefined;
  readonly proxySecret?: Secret | undefined;
}

/** The remote of a GitRepository, with the credentials and the proxy that its Secrets hold. Throws `InvalidSourceConfiguration` and `CredentialsInvalid`. */
export function gitRemote(source: GitRepository, { secret, proxySecret }: GitSecrets): GitRemote {
  if (isSshSource(source)) return sshRemote(source, secret);
  const { protocol } = parseUrl(source);
  // What stands in the Secret of a GitHub App is exchanged for credentials.
  const isApp = source.spec.provider === 'github';
  const credentials = secret === undefined || isApp ? undefined : credentialsOf(source, secret);
  const tls = secret === undefined ? undefined : tlsOf(secret);
  if (protocol === 'file:' && credentials !== undefined) {
    throw new TidemarkError(
      'CredentialsInvalid',
      `GitRepository '${formatKey(source.metadata)}' has a file:// URL and a secretRef; remove spec.secretRef, a folder needs no credentials`,
    );
  }
  return {
    url: source.spec.url,
    timeoutMs: parseMilliseconds(source.spec.timeout),
    ...(secret === undefined ? {} : { identity: formatKey(secret.metadata) }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(tls === undefined ? {} : { tls }),
    ...(proxySecret === undefined ? {} : { proxy: proxyFromSecret(proxySecret) }),
  };
}

/** Throws `InvalidSourceConfiguration` for a repository on this machine's disk: in a cluster that is the controller's disk, and not the user's. */
export function refuseLocalFiles({ metadata, spec }: GitRepository): void {
  if (URL.parse(spec.url)?.protocol !== 'file:') return;
  throw new TidemarkError(
    'InvalidSourceConfiguration',
    `GitRepository '${formatKey(metadata)}': file:// URLs are refused in a cluster; use the https:// URL of the repository`,
  );
}

function parseUrl(source: GitRepository): URL {
  const where = `GitRepository '${formatKey(source.metadata)}'`;
  if (!URL.canParse(source.spec.url)) {
    throw new TidemarkError(
      'InvalidSourceConfiguration',
      `${where}: spec.url is not a URL; write it as https://host/path`,
    );
  }
  const url = new URL(source.spec.url);
  if (source.spec.proxySecretRef !== undefined && !/^https?:$/.test(url.protocol)) {
    throw new TidemarkError(
      'InvalidSourceConfiguration',
      `${where}: spec.proxySecretRef serves http:// and https:// URLs only, and spec.url begins with ${url.protocol}//; remove it`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new TidemarkError(
      'InvalidSourceConfiguration',
      `${where}: spec.url must not contain credentials; put username and password into the Secret that spec.secretRef names`,
    );
  }
  return url;
}

function credentialsOf(source: GitRepository, secret: Secret): GitRemote['credentials'] {
  const text = (key: string): string | undefined => secretValue(secret, key)?.toString('utf8');
  const name = formatKey(secret.metadata);
  const refuse = (what: string): TidemarkError =>
    new TidemarkError('CredentialsInvalid', `secret '${name}': ${what}`);
  if (text('githubAppID') !== undefined) {
    throw new TidemarkError(
      'InvalidSourceConfiguration',
      `secretRef '${name}' has github app data but provider is not set to github: invalid source configuration`,
    );
  }
  const [username, password, token] = [text('username'), text('password'), text('bearerToken')];
  if (token !== undefined && (username !== undefined || password !== undefined)) {
    throw refuse("holds both 'bearerToken' and 'username'/'password'; keep one of them");
  }
  if (token !== undefined) return { type: 'bearer', token: checkedHeader(token, refuse) };
  if (username === undefined && password === undefined) {
    if (secretValue(secret, 'ca.crt') ?? secretValue(secret, 'caFile')) return undefined;
    throw refuse(
      `has none of the keys 'username' and 'password', 'bearerToken', 'ca.crt' that ${source.spec.url} can use`,
    );
  }
  if (username === undefined) throw refuse("key 'username' not found");
  if (password === undefined) throw refuse("key 'password' not found");
  return { type: 'basic', username, password };
}

function checkedHeader(token: string, refuse: (what: string) => TidemarkError): string {
  const trimmed = token.replace(/\r?\n$/, '');
  if (/[^\x21-\x7e]/.test(trimmed))
    throw refuse("key 'bearerToken' holds characters that no HTTP header can carry");
  return trimmed;
}

function tlsOf(secret: Secret): GitRemote['tls'] {
  const first = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => secretValue(secret, key)?.toString('utf8')).find((value) => value !== undefined);
  const [ca, cert, key] = [
    first('ca.crt', 'caFile'),
    first('tls.crt', 'certFile'),
    first('tls.key', 'keyFile'),
  ];
  if ((cert === undefined) !== (key === undefined)) {
    const [has, misses] = cert === undefined ? ['tls.key', 'tls.crt'] : ['tls.crt', 'tls.key'];
    throw new TidemarkError(
      'CredentialsInvalid',
      `secret '${formatKey(secret.metadata)}' contains '${has}' but missing '${misses}'`,
    );
  }
  if (ca === undefined && cert === undefined) return undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}
