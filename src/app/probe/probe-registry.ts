import type { ImageRepository } from '../../api/image-repository.ts';
import type { HttpExchange } from '../../http/http-client.ts';
import { isTidemarkError, type TidemarkError } from '../../model/errors.ts';
import { type ImageName, parseImageName } from '../../model/image-ref.ts';
import { formatKey } from '../../model/object-key.ts';
import type { RegistryAccess } from '../../pipeline/scan/ports.ts';
import type { Progress, Told } from '../kubernetes/progress.ts';
import { describeRegistryCredentials } from './describe-registry-credentials.ts';
import type { Probe } from './open-probe.ts';
import { probeProxy } from './probe-proxy.ts';
import { probeServer, type ServerTarget } from './probe-server.ts';
import { accessAdvice, scanAdvice } from './registry-advice.ts';
import { tellExchanges } from './tell-exchanges.ts';

export interface ProbeLimits {
  readonly signal: AbortSignal;
  /** For all requests of a scan together. */
  readonly timeoutMs: number;
}

/** What is asked about a registry. `named` is the object that a person knows, if there is one. */
export interface RegistryQuestion {
  readonly repository: ImageRepository;
  readonly named: boolean;
}

/** Goes the way of a scan, and tells each step. True when the scan works. */
export async function* probeRegistry(
  probe: Probe,
  { repository, named }: RegistryQuestion,
  limits: ProbeLimits,
): Told<boolean> {
  const image = parseImageName(repository.spec.image);
  const whose = named ? ` (ImageRepository ${formatKey(repository.metadata)})` : '';
  yield { sign: 'doing', text: `checking registry ${image.registry} for ${image.canonical}${whose}` };
  const access = await probe.registryAccess(repository).catch(onlyOurs);
  if (isTidemarkError(access)) {
    yield { sign: 'failed', text: `credentials: ${access.message}`, detail: accessAdvice(repository) };
    return false;
  }
  const context = { image, repository, access };
  if (!(yield* describeRegistryCredentials(context, limits.signal))) return false;
  if (!(yield* probeWay(probe, context, limits))) return false;
  return yield* probeScan(probe, context, limits);
}

interface Context {
  readonly image: ImageName;
  readonly repository: ImageRepository;
  readonly access: RegistryAccess;
}

/** To the registry itself, or to the proxy in front of it. */
async function* probeWay(probe: Probe, context: Context, { signal }: ProbeLimits): Told<boolean> {
  const { image, repository, access } = context;
  const deps = { refuse: probe.refuse, trust: probe.trust, now: probe.clock.now(), signal };
  const proxy = proxyOf(probe, context);
  if (proxy === undefined) return yield* probeServer(targetOf(image, repository, access), deps);
  const { namespace } = repository.metadata;
  const name = repository.spec.proxySecretRef?.name;
  const whence = name === undefined ? 'the environment (HTTPS_PROXY)' : `Secret ${namespace}/${name}`;
  return yield* probeProxy({ proxy, whence }, deps);
}

function proxyOf({ proxyFor }: Probe, { image, access }: Context): string | undefined {
  return access.proxy ?? proxyFor(new URL(`https://${image.registry}/`));
}

async function* probeScan(probe: Probe, context: Context, limits: ProbeLimits): Told<boolean> {
  const { image, access } = context;
  const exchanges: HttpExchange[] = [];
  const outcome = await probe.observing(
    (exchange) => exchanges.push(exchange),
    () => listTags(probe, context, limits),
  );
  yield* tellExchanges(exchanges, image);
  if (isTidemarkError(outcome)) {
    yield {
      sign: 'failed',
      text: outcome.message,
      detail: scanAdvice(outcome, {
        image,
        access,
        exchanges,
        proxied: proxyOf(probe, context) !== undefined,
      }),
    };
    return false;
  }
  yield tagsText(outcome.length, image);
  return true;
}

async function listTags(
  { registry }: Probe,
  { image, access }: Context,
  { signal, timeoutMs }: ProbeLimits,
): Promise<readonly string[] | TidemarkError> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return registry.listTags(image, access, limited).catch((error: unknown) => {
    signal.throwIfAborted();
    return onlyOurs(error);
  });
}

function tagsText(count: number, { repository }: ImageName): Progress {
  if (count > 0)
    return { sign: 'done', text: `may read ${repository}: ${count} ${count === 1 ? 'tag' : 'tags'}` };
  return { sign: 'warning', text: `may read ${repository}, and it has no tags` };
}

function targetOf(
  { registry, local }: ImageName,
  { metadata, spec }: ImageRepository,
  { tls = {}, insecure }: RegistryAccess,
): ServerTarget {
  const url = new URL(`https://${registry}/`);
  const certSecret = spec.certSecretRef?.name;
  return {
    hostname: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(url.port || '443'),
    speech: insecure || local ? 'tls or plain' : 'tls',
    // With a port of its own that is the only one.
    ...(/:\d+$/.test(registry) ? {} : { plainPort: 80 }),
    tls,
    advice: {
      authority: `ca.crt of Secret ${metadata.namespace}/${certSecret ?? ''}`,
      trust:
        'if it is an authority of your own: tidemark create secret tls NAME --ca-crt-file=ca.crt, and name it in spec.certSecretRef of the ImageRepository (--cert-secret of this command)',
      notTls:
        'if it is a registry without TLS, say so with spec.insecure: true of the ImageRepository (--insecure of this command): everything then travels in the clear',
    },
  };
}

function onlyOurs(error: unknown): TidemarkError {
  if (isTidemarkError(error)) return error;
  throw error;
}
