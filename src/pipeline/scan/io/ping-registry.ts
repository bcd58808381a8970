import type { Clock } from '../../../model/clock.ts';
import { isTidemarkError, TidemarkError } from '../../../model/errors.ts';
import type { Credential } from '../docker-config.ts';
import type { Challenge } from './challenge.ts';
import { pickChallenge } from './challenge.ts';
import { statusError } from './registry-errors.ts';
import type { Answered, Passage, RegistryRequest } from './registry-transport.ts';
import { whereOf } from './registry-transport.ts';
import { secretsOf } from './secrets-of.ts';

/** How a registry is reached, as its `/v2/` has told. */
export interface Endpoint {
  readonly origin: URL;
  /** What it wants to see; undefined when it answers anybody. */
  readonly challenge: Challenge | undefined;
}

/** What it takes to ask a registry how it is reached. */
export interface PingParts {
  readonly passage: Passage;
  readonly clock: Clock;
  /** To be kept out of messages. */
  readonly credential: Credential | undefined;
  /** The repository on whose behalf. */
  readonly lane: string;
  send(request: RegistryRequest, signal: AbortSignal): Promise<Answered>;
}

/** How long plain HTTP gives HTTPS to answer first. */
const headStartMs = 300;

/** Asks `/v2/`: HTTPS first. Where plain HTTP is allowed it may win the race, 300 ms later or when HTTPS has failed. */
export async function pingRegistry(parts: PingParts, signal: AbortSignal): Promise<Endpoint> {
  if (!parts.passage.plainHttp) return pingScheme('https', parts, signal);
  const race = new AbortController();
  const both = AbortSignal.any([signal, race.signal]);
  const secure = pingScheme('https', parts, both);
  const secureFailed = secure.then(
    () => new Promise<never>(() => undefined),
    () => undefined,
  );
  const plain = Promise.race([parts.clock.sleep(headStartMs, both), secureFailed]).then(() => {
    return pingScheme('http', parts, both);
  });
  try {
    return await Promise.any([secure, plain]);
  } catch (error) {
    throw bothFailed(error);
  } finally {
    race.abort();
  }
}

async function pingScheme(
  scheme: 'http' | 'https',
  parts: PingParts,
  signal: AbortSignal,
): Promise<Endpoint> {
  const { passage, credential, lane } = parts;
  const url = registryUrl('/v2/', `${scheme}://${passage.registry}`);
  const request: RegistryRequest = { method: 'GET', url, lane };
  const answer = await parts.send(request, signal);
  if (answer.status !== 200 && answer.status !== 401) {
    throw statusError({ where: whereOf(request), ...answer, secrets: secretsOf(credential ?? {}) });
  }
  // A redirect from HTTP to HTTPS on the same host shows the better door.
  const moved = answer.url.hostname === url.hostname && answer.url.protocol === 'https:';
  const origin = new URL(moved ? answer.url.origin : url.origin);
  const challenge = answer.status === 401 ? pickChallenge(answer.headers['www-authenticate']) : undefined;
  return { origin, challenge };
}

/** A path with `..` in it would end elsewhere than it says. */
export function registryUrl(target: string, origin: string): URL {
  const url = URL.parse(`${origin}${target}`);
  if (url && url.pathname === target.replace(/\?.*$/, '')) return url;
  throw new TidemarkError(
    'RegistryUnreachable',
    `${origin.replace(/^\w+:\/\//, '')}${target} is not an address that can be asked`,
  );
}

/** One error for two doors that are both shut: the one that says most gives the code. */
function bothFailed(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const failures: readonly unknown[] = error.errors;
  const known = failures.filter((failure) => isTidemarkError(failure));
  const telling = known.find((failure) => failure.code !== 'RegistryUnreachable') ?? known[0];
  if (!telling || telling.code === 'Aborted' || known.length < failures.length) return failures[0];
  const message = [...new Set(known.map((failure) => failure.message))].join('; ');
  const { code, retryAfterMs } = telling;
  return new TidemarkError(code, message, {
    cause: telling,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
