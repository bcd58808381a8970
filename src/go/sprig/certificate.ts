import { createHash, createPrivateKey, createPublicKey, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { FunctionError } from '../template/run.ts';
import {
  bits,
  childrenOf,
  contentBytes,
  identifier,
  integer,
  nothing,
  octets,
  sequence,
  set,
  tagged,
  time,
  truth,
  utf8,
} from './der.ts';
import { parseIp } from './ip-address.ts';

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly ips: readonly string[];
  readonly dnsNames: readonly string[];
  readonly from: Date;
  readonly until: Date;
  readonly serial: Uint8Array;
  readonly isAuthority: boolean;
}

/** Who signs a certificate; the certificate itself when it signs itself. */
export interface Issuer {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** A signed certificate for the key, as PEM. */
export function createCertificate(request: CertificateRequest, key: KeyObject, issuer?: Issuer): string {
  const subject = nameOf(request.commonName);
  const signingKey = issuer?.key ?? key;
  const algorithm = algorithmOf(signingKey);
  const toSign = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(request.serial),
    algorithm.identifier,
    issuer === undefined ? subject : subjectOf(issuer.certificate),
    sequence(time(request.from), time(request.until)),
    subject,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensionsOf(request, key, issuer))),
  );
  const signature = sign(algorithm.hash, toSign, signingKey);
  return pem('CERTIFICATE', sequence(toSign, algorithm.identifier, bits(signature)));
}

/** A private key as sprig writes it: each kind in the form of its own. */
export function privateKeyPem(key: KeyObject): string {
  const types = { rsa: 'pkcs1', ec: 'sec1' } as const;
  const type =
    key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec'
      ? types[key.asymmetricKeyType]
      : 'pkcs8';
  return String(key.export({ type, format: 'pem' }));
}

export function readPrivateKey(text: string): KeyObject {
  if (!/-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/.test(text))
    throw new FunctionError('no private key in PEM form');
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new FunctionError('the private key cannot be read', { cause: error });
  }
}

export function readCertificate(text: string): X509Certificate {
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new FunctionError('unable to decode certificate');
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new FunctionError('the certificate cannot be read', { cause: error });
  }
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function nameOf(commonName: string): Buffer {
  return commonName === '' ? sequence() : sequence(set(sequence(identifier('2.5.4.3'), utf8(commonName))));
}

interface Algorithm {
  readonly identifier: Buffer;
  /** Null where the signature has one of its own. */
  readonly hash: string | null;
}

function algorithmOf(key: KeyObject): Algorithm {
  if (key.asymmetricKeyType === 'ed25519')
    return { identifier: sequence(identifier('1.3.101.112')), hash: null };
  if (key.asymmetricKeyType === 'rsa') {
    return { identifier: sequence(identifier('1.2.840.113549.1.1.11'), nothing()), hash: 'sha256' };
  }
  const curves: Readonly<Record<string, readonly [number, string]>> = {
    prime256v1: [2, 'sha256'],
    secp384r1: [3, 'sha384'],
    secp521r1: [4, 'sha512'],
  };
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (curve === undefined) throw new FunctionError('keys of this kind cannot sign certificates');
  return { identifier: sequence(identifier(`1.2.840.10045.4.3.${curve[0]}`)), hash: curve[1] };
}

function extensionsOf(
  request: CertificateRequest,
  key: KeyObject,
  issuer: Issuer | undefined,
): readonly Buffer[] {
  const { isAuthority } = request;
  const usages = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'].map(identifier);
  // Digital signature and key encipherment; for an authority also the signing of certificates.
  const keyUsage = isAuthority ? bits(Buffer.from([0xa4]), 2) : bits(Buffer.from([0xa0]), 5);
  const extensions = [
    extension('2.5.29.15', keyUsage, 'critical'),
    extension('2.5.29.37', sequence(...usages)),
    extension('2.5.29.19', isAuthority ? sequence(truth()) : sequence(), 'critical'),
  ];
  if (isAuthority) extensions.push(extension('2.5.29.14', octets(keyIdentifier(key))));
  const issuerId = issuer === undefined ? undefined : subjectKeyId(issuer.certificate);
  if (issuerId !== undefined) extensions.push(extension('2.5.29.35', sequence(tagged(0x80, issuerId))));
  const names = [
    ...request.dnsNames.map((name) => tagged(0x82, Buffer.from(name))),
    ...request.ips.map((ip) => tagged(0x87, parseIp(ip) ?? Buffer.alloc(0))),
  ];
  const isOnlyName = request.commonName === '' ? 'critical' : undefined;
  if (names.length > 0) extensions.push(extension('2.5.29.17', sequence(...names), isOnlyName));
  return extensions;
}

function extension(id: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(identifier(id), ...(critical === undefined ? [] : [truth()]), octets(value));
}

/** The key's own bits, hashed. */
function keyIdentifier(key: KeyObject): Buffer {
  const [, keyBits] = childrenOf(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return createHash('sha1')
    .update(keyBits === undefined ? '' : contentBytes(keyBits).subarray(1))
    .digest();
}

/** The parts of a certificate from its version on. */
function partsOf(certificate: X509Certificate): readonly Buffer[] {
  const [toSign] = childrenOf(certificate.raw);
  return toSign === undefined ? [] : childrenOf(toSign);
}

function subjectOf(certificate: X509Certificate): Buffer {
  return partsOf(certificate)[5] ?? sequence();
}

function subjectKeyId(certificate: X509Certificate): Buffer | undefined {
  const wrapped = partsOf(certificate).find((part) => part[0] === 0xa3);
  const list = wrapped === undefined ? undefined : childrenOf(wrapped)[0];
  const wanted = identifier('2.5.29.14');
  const found =
    list === undefined ? undefined : childrenOf(list).find((item) => childrenOf(item)[0]?.equals(wanted));
  const value = found === undefined ? undefined : childrenOf(found).at(-1);
  return value === undefined ? undefined : contentBytes(contentBytes(value));
}
