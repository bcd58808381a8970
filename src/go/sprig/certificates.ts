import type { KeyObject, X509Certificate } from 'node:crypto';
import { fromBytes, toText } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { STRING } from '../template/go-type.ts';
import { GoStruct } from '../template/go-value.ts';
import type { CallContext, GoSlice, GoType, GoValue, KeyKind } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { decodeBase64 } from './base-encoding.ts';
import { createCertificate, privateKeyPem, readCertificate, readPrivateKey } from './certificate.ts';
import type { Issuer } from './certificate.ts';
import { parseIp } from './ip-address.ts';
import { randomBytesOf } from './random.ts';

/** What the functions for certificates return: both parts as PEM. */
const CERTIFICATE: GoType = {
  name: 'sprig.certificate',
  kind: 'struct',
  fields: [
    { name: 'Cert', type: STRING },
    { name: 'Key', type: STRING },
  ],
};

/** Keys and certificates. Each new one needs random values, a clock, or both. */
export const certificates: FunctionTable = {
  genPrivateKey: define(['string'], 'string', ([type], context) => {
    const kind = KEY_KINDS.get(type);
    if (type === 'dsa') throw new FunctionError('DSA keys are not supported');
    return kind === undefined ? `Unknown type ${type}` : privateKeyPem(newKey(kind, context));
  }),
  genCA: define(['string', 'int'], 'any', ([name, days], context) =>
    create({ name, days, isAuthority: true }, newKey('rsa2048', context), context),
  ),
  genCAWithKey: define(['string', 'int', 'string'], 'any', ([name, days, key], context) =>
    create({ name, days, isAuthority: true }, readPrivateKey(key), context),
  ),
  genSelfSignedCert: define(
    ['string', 'list', 'list', 'int'],
    'any',
    ([name, ips, dnsNames, days], context) =>
      create({ name, ips, dnsNames, days }, newKey('rsa2048', context), context),
  ),
  genSelfSignedCertWithKey: define(
    ['string', 'list', 'list', 'int', 'string'],
    'any',
    ([name, ips, dnsNames, days, key], context) =>
      create({ name, ips, dnsNames, days }, readPrivateKey(key), context),
  ),
  genSignedCert: define(
    ['string', 'list', 'list', 'int', CERTIFICATE],
    'any',
    ([name, ips, dnsNames, days, authority], context) =>
      create({ name, ips, dnsNames, days, issuer: issuerOf(authority) }, newKey('rsa2048', context), context),
  ),
  genSignedCertWithKey: define(
    ['string', 'list', 'list', 'int', CERTIFICATE, 'string'],
    'any',
    ([name, ips, dnsNames, days, authority, key], context) =>
      create({ name, ips, dnsNames, days, issuer: issuerOf(authority) }, readPrivateKey(key), context),
  ),
  buildCustomCert: define(['string', 'string'], 'any', ([encodedCertificate, encodedKey]) => {
    const certificate = decode(encodedCertificate, 'certificate');
    const key = decode(encodedKey, 'private key');
    readCertificate(toText(certificate));
    readPrivateKey(toText(key));
    return new GoStruct(CERTIFICATE, [certificate, key]);
  }),
};

const KEY_KINDS: ReadonlyMap<string, KeyKind> = new Map([
  ['', 'rsa4096'],
  ['rsa', 'rsa4096'],
  ['ecdsa', 'ecdsa'],
  ['ed25519', 'ed25519'],
]);

/** Making a long key takes seconds, so that only a few can be made. */
const STEPS_PER_KEY: Readonly<Record<KeyKind, number>> = {
  rsa4096: 900_000,
  rsa2048: 250_000,
  ecdsa: 10_000,
  ed25519: 10_000,
};

function newKey(kind: KeyKind, { budget, sources }: CallContext): KeyObject {
  if (sources.generateKey === undefined) throw new FunctionError('no new keys can be had here');
  budget.spend(STEPS_PER_KEY[kind]);
  return readPrivateKey(sources.generateKey(kind));
}

interface Wanted {
  readonly name: string;
  readonly days: number;
  readonly ips?: GoSlice;
  readonly dnsNames?: GoSlice;
  readonly isAuthority?: boolean;
  readonly issuer?: Issuer;
}

const DAY_MS = 86_400_000;

function create(wanted: Wanted, key: KeyObject, context: CallContext): GoStruct {
  const { now } = context.sources;
  if (now === undefined) throw new FunctionError('what time it is cannot be had here');
  context.budget.spend(10_000);
  const from = now();
  const until = new Date(from.getTime() + wanted.days * DAY_MS);
  if (Number.isNaN(until.getTime()) || until.getUTCFullYear() > 9999 || until.getUTCFullYear() < 0) {
    throw new FunctionError('a certificate cannot be valid for so many days');
  }
  const ips = textsIn(wanted.ips, 'ip');
  const bad = ips.find((ip) => parseIp(ip) === undefined);
  if (bad !== undefined) throw new FunctionError(`error parsing ip: ${bad}`);
  const request = {
    commonName: toText(wanted.name),
    ips,
    dnsNames: textsIn(wanted.dnsNames, 'alternate dns name'),
    from,
    until,
    serial: randomBytesOf(16, context),
    isAuthority: wanted.isAuthority ?? false,
  };
  return new GoStruct(CERTIFICATE, [createCertificate(request, key, wanted.issuer), privateKeyPem(key)]);
}

function textsIn(list: GoSlice | undefined, what: string): readonly string[] {
  return (list?.items ?? []).map((item) => {
    if (typeof item === 'string') return item;
    throw new FunctionError(`error parsing ${what}: it is not a string`);
  });
}

function issuerOf(value: GoValue): Issuer {
  const [certificateText, keyText] = value instanceof GoStruct ? value.values : [];
  const certificate: X509Certificate = readCertificate(
    typeof certificateText === 'string' ? certificateText : '',
  );
  const key = readPrivateKey(typeof keyText === 'string' ? keyText : '');
  if (!certificate.checkPrivateKey(key))
    throw new FunctionError('the private key is not that of the certificate');
  return { certificate, key };
}

function decode(text: string, what: string): string {
  const bytes = decodeBase64(text);
  if (typeof bytes === 'number') throw new FunctionError(`unable to decode base64 ${what}`);
  return fromBytes(bytes);
}
