import type { GitRepository } from '../../api/git-repository.ts';
import { isTidemarkError, type TidemarkError } from '../../model/errors.ts';
import type { GitRemote } from '../../pipeline/publish/ports.ts';
import { secretsAdvice } from './secrets-advice.ts';

/** The pages that explain the logins of a provider, and what each of their failures means. */
const guides: Readonly<Record<string, string>> = {
  github: 'docs/guides/github-app.md',
  aws: 'docs/guides/ecr.md',
  azure: 'docs/guides/azure-devops.md',
};

/** What to do when the credentials of a GitRepository cannot even be had. */
export function accessAdvice({ metadata, spec }: GitRepository, failure: TidemarkError): string {
  const guide = guides[spec.provider ?? ''];
  if (guide !== undefined && isTidemarkError(failure.cause, 'LoginFailed'))
    return `${guide} explains the message`;
  const noun = spec.provider === 'github' ? 'githubapp' : 'git';
  const wantsSecret = spec.provider === 'github' || /^ssh:/i.test(spec.url);
  if (spec.secretRef === undefined && wantsSecret) {
    const url = noun === 'git' ? ` --url=${bareUrl(spec.url)}` : ' --app-id=ID ...';
    return `a Secret is needed here: tidemark create secret ${noun} NAME${url}, and spec.secretRef of the GitRepository (--secret of this command)`;
  }
  if (spec.secretRef === undefined && spec.proxySecretRef === undefined)
    return 'look at url, provider and serviceAccountName of the GitRepository';
  return secretsAdvice(metadata.namespace);
}

/** What to do when a repository cannot be read. */
export function readAdvice(error: TidemarkError, { spec }: GitRepository, remote: GitRemote): string {
  const isSsh = /^ssh:/i.test(spec.url);
  switch (error.code) {
    case 'GitUnauthorized':
      if (isSsh) return sshAdvice;
      return remote.credentials === undefined
        ? `name credentials: tidemark create secret git NAME --url=${bareUrl(spec.url)} -u USER --password-file=FILE, and spec.secretRef of the GitRepository (--secret of this command)`
        : 'the server does not accept these credentials: has the token ended, and is it for this host? With most Git hosts the token goes into the password';
    case 'GitUnreachable':
      return isSsh
        ? 'is the path right, and may this key see the repository? Git hosts say the same to both'
        : 'is the path right, and may this account see the repository? Many Git hosts answer "not found" to those who may not';
    case 'GitRemoteEmpty':
      return 'push a first commit to it: there is no branch yet that could be updated';
    case 'GitTimeout':
      return 'the server is slow, or something in between swallows the answer: a proxy, a firewall';
    case 'LoginFailed':
      return 'see the message';
    default:
      return 'see docs/troubleshooting.md';
  }
}

/** What to do when a repository can be read and not be written to. */
export function writeAdvice(error: TidemarkError, { spec }: GitRepository, remote: GitRemote): string {
  if (error.code !== 'GitUnauthorized' && error.code !== 'GitPushRejected')
    return 'the server lets us read, and fails when it is asked to take a push: look at its own log';
  if (/^ssh:/i.test(spec.url)) return 'add the public key as a deploy key with write access';
  if (remote.credentials === undefined)
    return `writing needs credentials: tidemark create secret git NAME --url=${bareUrl(spec.url)} -u USER --password-file=FILE, and spec.secretRef of the GitRepository (--secret of this command)`;
  return spec.provider === 'github'
    ? 'the App needs the permission Contents: Read and write, and whoever installed it has to accept that'
    : 'the token or the account needs the right to write to this repository (its contents; scope "repo", "write_repository" or the like)';
}

const sshAdvice =
  'see the message: a key that is not known there belongs into the deploy keys of the repository, with write access; a host key that is not known is compared with the one that the Git host publishes, and put into known_hosts of the Secret';

function bareUrl(text: string): string {
  const url = URL.parse(text);
  return url === null ? 'URL' : `${url.protocol}//${url.host}${url.pathname}`;
}
