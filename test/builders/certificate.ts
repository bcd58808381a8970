import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Certificates for tests, made by hand (RFC 5280), so that no other program is needed. */
export interface Authority {
  /** PEM, to be trusted. */
  readonly ca: string;
  /** For a server of these names. */
  issue(names: readonly string[]): Certificate;
}

/** A throw-away authority, good for a day. */
export function createAuthority(): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const by = { name: 'test-ca', key: privateKey };
  return {
    ca: pemOf(certificate({ name: 'test-ca', publicKey, extensions: [basicConstraints(true)] }, by)),
    issue: (names) => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const extensions = [basicConstraints(false), alternativeNames(names)];
      return {
        cert: pemOf(certificate({ name: 'server', publicKey: own.publicKey, extensions }, by)),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

/** An RSA certificate that has signed itself: who an application is at Azure. */
export function selfSignedRsa(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const by = { name: 'app', key: privateKey };
  return {
    cert: pemOf(certificate({ name: 'app', publicKey, extensions: [basicConstraints(false)] }, by)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

const dayMs = 86_400_000;
const algorithms = {
  ec: () => sequence(oid('2a8648ce3d040302')),
  rsa: () => sequence(oid('2a864886f70d01010b'), der(0x05)),
};

function certificate(
  { name, publicKey, extensions }: Subject,
  by: { readonly name: string; readonly key: KeyObject },
): Buffer {
  const algorithm = by.key.asymmetricKeyType === 'rsa' ? algorithms.rsa() : algorithms.ec();
  const now = Date.now();
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)]));
  const validity = sequence(time(now - dayMs), time(now + dayMs));
  const body = sequence(
    version3,
    serial,
    algorithm,
    distinguishedName(by.name),
    validity,
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, by.key)]);
  return sequence(body, algorithm, der(0x03, signature));
}

function basicConstraints(isAuthority: boolean): Buffer {
  const value = isAuthority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence();
  return sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, value));
}

function alternativeNames(names: readonly string[]): Buffer {
  return sequence(oid('551d11'), der(0x04, sequence(...names.map((name) => der(0x82, Buffer.from(name))))));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

function time(ms: number): Buffer {
  return der(0x18, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** Tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from(head), content]);
}

function pemOf(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
