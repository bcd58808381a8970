import type { X509Certificate } from 'node:crypto';

const soonMs = 30 * 24 * 3_600_000;

/** What is wrong with the time of a certificate; undefined when nothing is. `what` names it: `tls.crt`. */
export function timeDoubt(what: string, certificate: X509Certificate, now: Date): string | undefined {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  if (to <= now) return `${what} has expired on ${day(to)}: servers and clients will refuse it`;
  if (from > now) return `${what} is valid only from ${day(from)}`;
  return to.getTime() - now.getTime() < soonMs ? `${what} expires on ${day(to)}` : undefined;
}
