import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate } from 'node:tls';
import type { Told } from '../kubernetes/progress.ts';
import type { TlsFacts } from './connect-to.ts';

/** PEM texts. `ca` is trusted beside the authorities of this machine. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface TrustAdvice {
  /** Where `ca` comes from: `ca.crt of Secret apps/tls`. */
  readonly authority: string;
  /** How another authority comes to be trusted. */
  readonly trust: string;
}

const soonMs = 14 * 24 * 3_600_000;
const longestChain = 20;

/** Says whose certificate a server has shown, and whether a run would accept it. */
export async function* describeTls(
  { protocol, certificate, problem }: TlsFacts,
  {
    hostname,
    tls,
    advice,
  }: { readonly hostname: string; readonly tls: TlsMaterial; readonly advice: TrustAdvice },
  now: Date,
): Told<boolean> {
  const until = new Date(certificate.valid_to);
  const what = `certificate from ${nameOf(certificate.issuer)}, valid until ${dayOf(until)}`;
  if (problem !== undefined) {
    yield { sign: 'failed', ...refusal(problem, { certificate, hostname, tls, advice }, now) };
    return false;
  }
  const whose = isFrom(certificate, tls.ca) ? advice.authority : 'the authorities of this machine';
  yield { sign: 'done', text: `${protocol.replace('v', ' ')}: ${what}, trusted by ${whose}` };
  if (until.getTime() - now.getTime() < soonMs)
    yield { sign: 'warning', text: `the certificate of ${hostname} expires on ${dayOf(until)}` };
  return true;
}

interface Refused {
  readonly certificate: DetailedPeerCertificate;
  readonly hostname: string;
  readonly tls: TlsMaterial;
  readonly advice: TrustAdvice;
}

function refusal(
  problem: string,
  { certificate, hostname, tls, advice }: Refused,
  now: Date,
): { readonly text: string; readonly detail: string } {
  switch (problem) {
    case 'CERT_HAS_EXPIRED':
      return {
        text: `TLS: ${expired(certificate, hostname, now)}`,
        detail: 'whoever runs the server has to renew it; is the clock of this machine right?',
      };
    case 'CERT_NOT_YET_VALID':
      return {
        text: `TLS: the certificate of ${hostname} is not valid yet (from ${dayOf(new Date(certificate.valid_from))})`,
        detail: 'is the clock of this machine right?',
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        text: `TLS: the certificate is for ${namesIn(certificate)}, and not for ${hostname}`,
        detail: 'use the name that the certificate was made for, or have one made for this name',
      };
    default:
      return untrusted(problem, { certificate, hostname, tls, advice });
  }
}

function untrusted(
  problem: string,
  { certificate, hostname, tls, advice }: Refused,
): { readonly text: string; readonly detail: string } {
  const also = tls.ca === undefined ? '' : `, nor by ${advice.authority}`;
  const issuer = nameOf(certificate.issuer);
  return {
    text: `TLS: the certificate of ${hostname} is from ${issuer}, which is trusted neither by this machine${also === '' ? ' nor by the object' : also} (${problem})`,
    detail: advice.trust,
  };
}

/** It may be an authority of the chain whose time is over. */
function expired(certificate: DetailedPeerCertificate, hostname: string, now: Date): string {
  const until = new Date(certificate.valid_to);
  return until <= now
    ? `the certificate of ${hostname} has expired on ${dayOf(until)}`
    : `a certificate in the chain of ${hostname} has expired`;
}

/** True when one of the authorities in `ca` stands in the chain. */
function isFrom(certificate: DetailedPeerCertificate, ca: string | undefined): boolean {
  const own = new Set(
    (ca?.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map(
      (pem) => new X509Certificate(pem).fingerprint256,
    ),
  );
  let at: DetailedPeerCertificate | undefined = certificate;
  for (let depth = 0; at !== undefined && depth < longestChain; depth += 1) {
    if (own.has(at.fingerprint256)) return true;
    const issuer: DetailedPeerCertificate | undefined = at.issuerCertificate;
    at = issuer === at ? undefined : issuer;
  }
  return false;
}

function nameOf({ O, CN }: DetailedPeerCertificate['issuer'] | undefined = emptyName): string {
  const names = [O, CN].flat().filter((name) => typeof name === 'string' && name !== '');
  return names.length === 0 ? 'an authority without a name' : `'${[...new Set(names)].join(', ')}'`;
}

const emptyName: DetailedPeerCertificate['issuer'] = { C: '', ST: '', L: '', O: '', OU: '', CN: '' };

function namesIn({ subjectaltname = '', subject }: DetailedPeerCertificate): string {
  const names = subjectaltname.split(', ').filter((name) => name !== '');
  const shown = names.slice(0, 5).map((name) => name.replace(/^(DNS|IP Address):/, ''));
  return names.length === 0 ? nameOf(subject) : `${shown.join(', ')}${names.length > 5 ? ', ...' : ''}`;
}

function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10);
}
