import { certificateAlert } from './tls-alert.ts';

/**
 * Why no complete answer came back.
 *
 * - `unreachable`: no connection (name, network, refused, TLS);
 * - `broken`: the connection was lost before the answer was complete;
 * - `timeout`: the other side is silent;
 * - `too-large`: the answer is larger than the caller takes;
 * - `aborted`: the caller's own signal.
 */
export type HttpFailureKind = 'unreachable' | 'broken' | 'timeout' | 'too-large' | 'aborted';

/** A request without an answer. The message says why in a few words, without URL and without anything secret. */
export class HttpFailure extends Error {
  readonly kind: HttpFailureKind;
  /** True when the same request may well succeed in a moment. */
  readonly temporary: boolean;

  constructor(
    kind: HttpFailureKind,
    message: string,
    options: { temporary?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HttpFailure';
    this.kind = kind;
    this.temporary = options.temporary ?? (kind === 'broken' || kind === 'timeout');
  }
}

interface Explanation {
  readonly kind: HttpFailureKind;
  readonly message: string;
  readonly temporary?: boolean;
}

const explanations: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: { kind: 'unreachable', message: 'no such host' },
  EAI_AGAIN: { kind: 'unreachable', message: 'the host name cannot be resolved now', temporary: true },
  ECONNREFUSED: { kind: 'unreachable', message: 'connection refused' },
  EHOSTUNREACH: { kind: 'unreachable', message: 'no route to host' },
  ENETUNREACH: { kind: 'unreachable', message: 'network is unreachable' },
  EPROTO: { kind: 'unreachable', message: 'the server does not speak TLS as expected' },
  ERR_SSL_WRONG_VERSION_NUMBER: { kind: 'unreachable', message: 'the server does not speak HTTPS' },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { kind: 'unreachable', message: 'the server does not speak HTTPS' },
  UND_ERR_PRX_TLS: { kind: 'unreachable', message: 'the certificate of the proxy is not valid' },
  UND_ERR_SOCKS5_AUTH_FAILED: { kind: 'unreachable', message: 'the proxy refused name and password' },
  UND_ERR_SOCKS5_AUTH_REJECTED: { kind: 'unreachable', message: 'the proxy wants a name and a password' },
  UND_ERR_PRX_CONN: { kind: 'unreachable', message: 'the proxy closed the connection' },
  ECONNRESET: { kind: 'broken', message: 'connection reset' },
  EPIPE: { kind: 'broken', message: 'connection closed' },
  UND_ERR_SOCKET: { kind: 'broken', message: 'connection closed before the answer was complete' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { kind: 'broken', message: 'the answer was cut off' },
  HPE_INVALID_EOF_STATE: { kind: 'broken', message: 'the answer was cut off' },
  ETIMEDOUT: { kind: 'timeout', message: 'no connection within the time limit' },
  UND_ERR_CONNECT_TIMEOUT: { kind: 'timeout', message: 'no connection within the time limit' },
  UND_ERR_HEADERS_TIMEOUT: { kind: 'timeout', message: 'no answer within the time limit' },
  UND_ERR_BODY_TIMEOUT: { kind: 'timeout', message: 'the answer stopped half-way' },
};

/** Says in our own words what a connection or undici reports, by its code. `hasCertificate`: the client showed one of its own. */
export function toHttpFailure(error: unknown, hasCertificate = false): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const code = codeOf(error);
  const alert = certificateAlert(code, hasCertificate);
  if (alert !== undefined) return new HttpFailure('unreachable', alert, { cause: error });
  const known = explanations[code];
  if (known) {
    const { kind, message, temporary } = known;
    return new HttpFailure(kind, message, {
      cause: error,
      ...(temporary === undefined ? {} : { temporary }),
    });
  }
  if (code.startsWith('HPE_') || nameOf(error) === 'HTTPParserError') {
    return new HttpFailure('unreachable', 'the answer is not HTTP', { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (code.startsWith('UND_ERR_SOCKS5')) {
    return new HttpFailure('unreachable', `the proxy made no connection: ${oneLine(message)}`, {
      cause: error,
    });
  }
  if (isProxyRefusal(message)) {
    return new HttpFailure('unreachable', 'the proxy refused the connection', { cause: error });
  }
  // What is left comes from TLS (certificates, alerts): its messages say what is wrong, and hold nothing secret.
  return new HttpFailure('unreachable', oneLine(message) || code || 'connection failed', { cause: error });
}

/** undici gives no code of its own to a tunnel that the proxy refused. */
function isProxyRefusal(message: string): boolean {
  return message.includes('HTTP Tunneling') || message.includes('Proxy Authentication Required');
}

function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = Reflect.get(at, 'code');
    if (typeof code === 'string' && code !== 'UND_ERR') return code;
  }
  return '';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
