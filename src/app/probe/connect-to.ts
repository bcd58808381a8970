import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import {
  connect as secure,
  createSecureContext,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { toHttpFailure } from '../../http/http-failure.ts';
import type { Trust } from '../../http/trust.ts';
import type { TlsMaterial } from './describe-tls.ts';

const connectTimeoutMs = 10_000;

export interface Connected {
  readonly socket: Socket;
  /** `192.0.2.1:443`. */
  readonly address: string;
  close(): void;
}

/** What a server has shown in its handshake. */
export interface TlsFacts {
  readonly protocol: string;
  readonly certificate: DetailedPeerCertificate;
  /** Why a run would not accept it: a code of OpenSSL or of Node. */
  readonly problem: string | undefined;
}

/** Opens a connection, or says in a few words why there is none. */
export async function connectTo(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
): Promise<Connected | { readonly failure: string }> {
  const socket = connect({ host: hostname, port });
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal: limited(signal) });
    const { remoteAddress = '', remotePort = port } = socket;
    const address = isIP(remoteAddress) === 6 ? `[${remoteAddress}]` : remoteAddress;
    return { socket, address: `${address}:${remotePort}`, close: () => socket.destroy() };
  } catch (error) {
    socket.destroy();
    return { failure: reasonOf(error, signal, 'no connection within 10 seconds') };
  }
}

/** Shakes hands as a run would, but looks at a certificate that it would refuse as well. The connection is over afterwards. */
export async function speakTls(
  { socket }: Connected,
  { hostname, tls }: { readonly hostname: string; readonly tls: TlsMaterial },
  { trust, signal }: { readonly trust: Pick<Trust, 'authorities'>; readonly signal: AbortSignal },
): Promise<TlsFacts | { readonly failure: string; readonly isNotTls: boolean }> {
  const { ca, cert, key } = tls;
  const session = secure({
    socket,
    host: hostname,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    secureContext: createSecureContext({
      ca: [...trust.authorities(), ...(ca === undefined ? [] : [ca])],
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    }),
    rejectUnauthorized: false,
  });
  session.on('error', () => undefined);
  try {
    await once(session, 'secureConnect', { signal: limited(signal) });
    return {
      protocol: session.getProtocol() ?? 'TLS',
      certificate: session.getPeerCertificate(true),
      problem: session.authorized ? undefined : problemOf(session),
    };
  } catch (error) {
    const failure = reasonOf(error, signal, 'the server says nothing for 10 seconds');
    return { failure, isNotTls: isForeign(error) };
  } finally {
    session.destroy();
  }
}

function problemOf({ authorizationError }: TLSSocket): string {
  // Declared as an Error, and a code in truth.
  const problem: unknown = authorizationError;
  if (problem instanceof Error) return 'code' in problem ? String(problem.code) : problem.message;
  return String(problem);
}

/** The other side answered, and not in TLS. */
function isForeign(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE)$|^EPROTO$|^ECONNRESET$/.test(
    code,
  );
}

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]);
}

function reasonOf(error: unknown, signal: AbortSignal, whenSlow: string): string {
  signal.throwIfAborted();
  if (error instanceof Error && error.name === 'AbortError') return whenSlow;
  return toHttpFailure(error).message;
}
