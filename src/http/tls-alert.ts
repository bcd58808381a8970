import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { connect } from 'node:tls';
import type { SecureContext } from 'node:tls';

export interface AlertProbe {
  readonly secureContext: SecureContext;
  readonly lookup?: LookupFunction;
  /** How long the server may keep silent before that counts as a welcome. */
  readonly patienceMs: number;
}

const certificateAlerts: Readonly<Record<string, { readonly without: string; readonly given: string }>> =
  Object.fromEntries(
    [
      'BAD_CERTIFICATE',
      'CERTIFICATE_REQUIRED',
      'CERTIFICATE_UNKNOWN',
      'CERTIFICATE_EXPIRED',
      'CERTIFICATE_REVOKED',
      'UNSUPPORTED_CERTIFICATE',
      'UNKNOWN_CA',
      'ACCESS_DENIED',
    ].map((name) => {
      const word = name.toLowerCase().replaceAll('_', ' ');
      return [
        name,
        {
          without: 'the server wants a client certificate, and none was given',
          given: `the server does not accept the client certificate (${word})`,
        },
      ];
    }),
  );

/** What a server means by the TLS alert in an error's code, or undefined when it is about something else than the client's certificate. */
export function certificateAlert(code: string, hasCertificate: boolean): string | undefined {
  const alert = certificateAlerts[/ALERT_(\w+)$/.exec(code)?.[1] ?? ''];
  return hasCertificate ? alert?.given : alert?.without;
}

/**
 * Connects, says nothing, and waits for an alert: its code, or undefined when none comes.
 *
 * With TLS 1.3 a server judges the client's certificate after the client has begun to talk. What the client sent meets a closed door then,
 * and the alert that told why is lost.
 */
export function awaitAlert(
  url: URL,
  { secureContext, lookup, patienceMs }: AlertProbe,
): Promise<string | undefined> {
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      secureContext,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(lookup === undefined ? {} : { lookup }),
    });
    const end = (code: string | undefined): void => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(patienceMs, () => end(undefined));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code));
    socket.once('close', () => end(undefined));
    socket.resume();
  });
}
