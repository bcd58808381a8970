import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Refusal } from '../../http/guarded-lookup.ts';
import { toHttpFailure } from '../../http/http-failure.ts';
import type { Trust } from '../../http/trust.ts';
import { messageOf } from '../../model/errors.ts';
import type { Told } from '../kubernetes/progress.ts';
import { connectTo, speakTls } from './connect-to.ts';
import { describeTls, type TlsMaterial, type TrustAdvice } from './describe-tls.ts';

/** What is spoken on the connection: TLS, or something that needs none, or TLS with plain HTTP as the other choice. */
export type Speech = 'tls' | 'plain' | 'tls or plain';

export interface ServerTarget {
  /** `registry.example.com`, or an address without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly speech: Speech;
  /** For `tls or plain`: the port of plain HTTP, when that is another one. */
  readonly plainPort?: number;
  /** Certificates that go with the access. */
  readonly tls: TlsMaterial;
  readonly advice: TrustAdvice & { readonly notTls: string };
}

export interface ServerDeps {
  readonly refuse: Refusal;
  readonly trust: Pick<Trust, 'authorities'>;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** Tries a server from the name to the certificate. False when nothing could come of a request. */
export async function* probeServer(target: ServerTarget, deps: ServerDeps): Told<boolean> {
  if (!(yield* resolveName(target, deps))) return false;
  const { hostname, port, speech, plainPort = port } = target;
  const first = await connectTo({ hostname, port }, deps.signal);
  const usesPlain = 'failure' in first && speech === 'tls or plain' && plainPort !== port;
  const socket = usesPlain ? await connectTo({ hostname, port: plainPort }, deps.signal) : first;
  if ('failure' in socket) {
    yield {
      sign: 'failed',
      text: `connection to ${shown(hostname, port)}: ${socket.failure}`,
      detail:
        'is that the right host and port, does the server run, and does a firewall or a VPN stand in between?\nwhere a proxy is needed, name it: tidemark create secret proxy, and proxySecretRef of the object',
    };
    return false;
  }
  yield { sign: 'done', text: `connected to ${socket.address}` };
  if (speech === 'plain' || usesPlain) {
    socket.close();
    return true;
  }
  const facts = await speakTls(socket, target, deps);
  if ('failure' in facts) return yield* withoutTls(target, facts);
  return yield* describeTls(facts, target, deps.now);
}

async function* withoutTls(
  { hostname, port, speech, advice }: ServerTarget,
  { failure, isNotTls }: { readonly failure: string; readonly isNotTls: boolean },
): Told<boolean> {
  if (speech === 'tls or plain' && isNotTls) {
    yield { sign: 'done', text: `no TLS on ${shown(hostname, port)}: plain HTTP, which is allowed here` };
    return true;
  }
  yield {
    sign: 'failed',
    text: `TLS with ${shown(hostname, port)}: ${failure}`,
    ...(isNotTls ? { detail: advice.notTls } : {}),
  };
  return false;
}

async function* resolveName({ hostname }: ServerTarget, { refuse }: ServerDeps): Told<boolean> {
  const addresses = isIP(hostname) === 0 ? await addressesOf(hostname) : [hostname];
  if (typeof addresses === 'string') {
    yield {
      sign: 'failed',
      text: `name ${hostname}: ${addresses}`,
      detail:
        'is it spelt right, and does this machine ask the name server that knows it? (a VPN, /etc/hosts, the DNS of the cluster)',
    };
    return false;
  }
  const reason = [hostname, ...addresses].map(refuse).find((text) => text !== undefined);
  if (reason !== undefined) {
    yield { sign: 'failed', text: `name ${hostname}: ${reason}` };
    return false;
  }
  if (isIP(hostname) === 0) yield { sign: 'done', text: `name ${hostname}: ${addresses.join(', ')}` };
  return true;
}

/** The addresses, or why there are none. */
async function addressesOf(hostname: string): Promise<readonly string[] | string> {
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
  } catch (error) {
    return error instanceof Error ? toHttpFailure(error).message : messageOf(error);
  }
}

function shown(hostname: string, port: number): string {
  return isIP(hostname) === 6 ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
