import type { GitRepository } from '../../api/git-repository.ts';
import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { parseMilliseconds } from '../../go/duration.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import type { GitRemote } from '../../pipeline/publish/ports.ts';

/** True for a GitRepository that is reached over SSH. */
export function isSshSource({ spec }: GitRepository): boolean {
  return /^\s*ssh:\/\//i.test(spec.url);
}

/** The remote of a GitRepository with an `ssh://` URL. Throws `InvalidSourceConfiguration` and `CredentialsInvalid`. */
export function sshRemote(source: GitRepository, secret: Secret | undefined): GitRemote {
  const { spec } = source;
  checkSpec(source);
  if (secret === undefined) {
    throw invalid(
      source,
      "an ssh:// URL needs spec.secretRef: a Secret with the keys 'identity' and 'known_hosts'",
    );
  }
  const text = (key: string): string | undefined => secretValue(secret, key)?.toString('utf8');
  const required = (key: string): string => {
    const value = text(key);
    if (value !== undefined && value.trim() !== '') return value;
    const what = value === undefined ? 'not found' : 'is empty';
    throw new TidemarkError(
      'CredentialsInvalid',
      `secret '${formatKey(secret.metadata)}': key '${key}' ${what}: ssh:// URLs need 'identity' and 'known_hosts'`,
    );
  };
  const passphrase = text('password')?.replace(/\r?\n$/, '');
  return {
    url: spec.url,
    timeoutMs: parseMilliseconds(spec.timeout),
    identity: formatKey(secret.metadata),
    credentials: {
      type: 'ssh',
      identity: required('identity'),
      knownHosts: required('known_hosts'),
      ...(passphrase === undefined ? {} : { passphrase }),
    },
  };
}

function checkSpec(source: GitRepository): void {
  const { url: text, proxySecretRef, provider = 'generic' } = source.spec;
  const url = URL.parse(text);
  if (url === null) {
    throw invalid(
      source,
      'spec.url is not a URL; write it as ssh://git@host/path, with a slash before the path and no colon',
    );
  }
  if (url.password !== '') {
    throw invalid(
      source,
      "spec.url must not contain a password; the passphrase of the key goes into 'password' of the Secret",
    );
  }
  if (proxySecretRef !== undefined) {
    throw invalid(source, 'spec.proxySecretRef works with http:// and https:// URLs only; remove it');
  }
  if (provider !== 'generic') {
    throw invalid(
      source,
      `provider '${provider}' works with https:// URLs only; use one, or provider generic`,
    );
  }
}

function invalid({ metadata }: GitRepository, what: string): TidemarkError {
  return new TidemarkError('InvalidSourceConfiguration', `GitRepository '${formatKey(metadata)}': ${what}`);
}
