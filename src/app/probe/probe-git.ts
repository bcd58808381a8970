import type { GitRepository } from '../../api/git-repository.ts';
import type { Source } from '../../controllers/image-update-automation/gather.ts';
import { isTidemarkError, type TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import type { GitRemote, RemoteListing } from '../../pipeline/publish/ports.ts';
import type { Progress, Told } from '../kubernetes/progress.ts';
import { accessAdvice, readAdvice, writeAdvice } from './git-advice.ts';
import type { Probe } from './open-probe.ts';
import { probeProxy } from './probe-proxy.ts';
import type { ProbeLimits } from './probe-registry.ts';
import { probeServer, type ServerTarget } from './probe-server.ts';
import { shownUser } from './shown-user.ts';

/** What is asked about a repository. `named` is the object that a person knows, if there is one. */
export interface GitQuestion {
  readonly repository: GitRepository;
  readonly named: boolean;
}

type Access = Pick<Source, 'remote' | 'login'>;

/** Goes the way of an automation up to the push, and tells each step. True when a push would be let in. */
export async function* probeGit(
  probe: Probe,
  { repository, named }: GitQuestion,
  limits: ProbeLimits,
): Told<boolean> {
  const whose = named ? ` (GitRepository ${formatKey(repository.metadata)})` : '';
  yield { sign: 'doing', text: `checking Git repository ${shownUrl(repository.spec.url)}${whose}` };
  const access = await settled(probe.gitAccess(repository, limits.signal), limits.signal);
  if (isTidemarkError(access)) {
    yield {
      sign: 'failed',
      text: `credentials: ${access.message}`,
      detail: accessAdvice(repository, access),
    };
    return false;
  }
  yield describeCredentials(repository, access);
  const remote = { ...access.remote, timeoutMs: Math.min(access.remote.timeoutMs, limits.timeoutMs) };
  if (!(yield* probeWay(probe, { repository, remote }, limits))) return false;
  return yield* probeRemote(probe, { repository, remote, named, login: access.login }, limits.signal);
}

async function* probeWay(
  probe: Probe,
  { repository, remote }: { readonly repository: GitRepository; readonly remote: GitRemote },
  { signal }: ProbeLimits,
): Told<boolean> {
  const deps = { refuse: probe.refuse, trust: probe.trust, now: probe.clock.now(), signal };
  const url = new URL(remote.url);
  if (url.protocol === 'file:') return true;
  const { namespace } = repository.metadata;
  const proxySecret = repository.spec.proxySecretRef?.name;
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  const proxy = remote.proxy ?? (isHttp ? probe.proxyFor(url) : undefined);
  if (proxy !== undefined) {
    const whence = proxySecret === undefined ? 'the environment' : `Secret ${namespace}/${proxySecret}`;
    return yield* probeProxy({ proxy, whence }, deps);
  }
  return yield* probeServer(targetOf(url, repository, remote), deps);
}

interface Context {
  readonly repository: GitRepository;
  readonly remote: GitRemote;
  readonly named: boolean;
  readonly login: Access['login'];
}

async function* probeRemote(probe: Probe, context: Context, signal: AbortSignal): Told<boolean> {
  const { repository, remote, named, login } = context;
  const listing = await settled(probe.git.listRemote(remote, signal), signal);
  if (isTidemarkError(listing)) {
    yield { sign: 'failed', text: listing.message, detail: readAdvice(listing, repository, remote) };
    return false;
  }
  const branches = listing.names.filter((name) => name.startsWith('refs/heads/'));
  yield {
    sign: 'done',
    text: `may read: ${countOf(branches.length, 'branch', 'branches')}, ${countOf(listing.names.length, 'ref', 'refs')} in all`,
  };
  const ref = named ? checkoutOf(listing, repository) : undefined;
  if (ref !== undefined) yield ref;
  const refused = await settled(probe.git.rehearsePush(remote, signal), signal);
  if (isTidemarkError(refused)) {
    const lacks = login?.shown !== undefined && 'lacks' in login.shown ? `\n${login.shown.lacks}` : '';
    yield {
      sign: 'failed',
      text: `may not write: ${refused.message}`,
      detail: `${writeAdvice(refused, repository, remote)}${lacks}`,
    };
    return false;
  }
  yield {
    sign: 'done',
    text: 'may write: the server is ready to take a push (protection of branches and hooks show only when one is made)',
  };
  return ref?.sign !== 'failed';
}

/** What automations that name no ref of their own would check out. */
function checkoutOf(listing: RemoteListing, { spec }: GitRepository): Progress {
  try {
    return { sign: 'done', text: `spec.ref is ${listing.resolve(spec.ref ?? {}).revision}` };
  } catch (error) {
    if (!isTidemarkError(error)) throw error;
    return {
      sign: 'failed',
      text: `spec.ref: ${error.message}`,
      detail: `there is ${listing.names.slice(0, 10).join(', ')}${listing.names.length > 10 ? ', ...' : ''}`,
    };
  }
}

function describeCredentials({ metadata, spec }: GitRepository, { remote, login }: Access): Progress {
  const secret =
    spec.secretRef === undefined ? '' : ` from Secret ${metadata.namespace}/${spec.secretRef.name}`;
  const { credentials } = remote;
  const provider = spec.provider ?? 'generic';
  if (login !== undefined) return { sign: 'done', text: `credentials: a login from ${provider}${secret}` };
  if (credentials === undefined) {
    const only = secret === '' ? 'none are named' : `none${secret}`;
    return { sign: 'done', text: `credentials: ${only}, so it is asked anonymously` };
  }
  switch (credentials.type) {
    case 'basic':
      return { sign: 'done', text: `credentials: ${shownUser(credentials.username)}${secret}` };
    case 'bearer':
      return { sign: 'done', text: `credentials: a bearer token${secret}` };
    default:
      return { sign: 'done', text: `credentials: a key${secret}` };
  }
}

const ports: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80, 'ssh:': 22 };

function targetOf(url: URL, { metadata, spec }: GitRepository, { tls = {} }: GitRemote): ServerTarget {
  return {
    hostname: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(url.port || (ports[url.protocol] ?? 443)),
    speech: url.protocol === 'https:' ? 'tls' : 'plain',
    tls,
    advice: {
      authority: `ca.crt of Secret ${metadata.namespace}/${spec.secretRef?.name ?? ''}`,
      trust:
        'if it is an authority of your own, put it as ca.crt into the Secret that spec.secretRef names: tidemark create secret git NAME --url=URL -u USER --password-file=FILE --ca-crt-file=ca.crt',
      notTls: 'if the server has no TLS, write the URL with http:// (everything then travels in the clear)',
    },
  };
}

/** The result, or the error that says why there is none. */
async function settled<T>(work: Promise<T>, signal: AbortSignal): Promise<T | TidemarkError> {
  return work.catch((error: unknown) => {
    signal.throwIfAborted();
    if (isTidemarkError(error)) return error;
    throw error;
  });
}

/** A URL may hold a password where none belongs. */
function shownUrl(text: string): string {
  return text.replace(/^(\w+:\/\/)[^/?#]*:[^/?#]*@/, '$1***@');
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
