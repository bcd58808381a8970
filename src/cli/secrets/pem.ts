import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { TidemarkError } from '../../model/errors.ts';

/** A text that should be PEM, and how messages name it: `--tls-key-file key.pem`. */
export interface PemText {
  readonly where: string;
  readonly text: string;
}

const beginnings = /-----BEGIN ([A-Z0-9 ]+)-----/g;
const certificates =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END [A-Z0-9 ]*CERTIFICATE-----/g;

/** Reads a private key in PEM. Throws `UsageError` that says what the text is instead, and nothing of what it holds. */
export function readPrivateKey(pem: PemText, whence: string): KeyObject {
  const labels = labelsOf(pem.text);
  const isPrivate = labels.some((label) => label.endsWith('PRIVATE KEY'));
  if (!isPrivate) throw refuse(pem, `${whatElse(labels)}: the private key is wanted, ${whence}`);
  if (labels.includes('ENCRYPTED PRIVATE KEY') || /^Proc-Type: 4,ENCRYPTED/m.test(pem.text)) {
    throw refuse(
      pem,
      'is encrypted with a passphrase, which nobody could give later: decrypt it first (openssl pkey -in FILE -out FILE)',
    );
  }
  if (labels.includes('OPENSSH PRIVATE KEY')) {
    throw refuse(pem, `is a private key for SSH: another one is wanted, ${whence}`);
  }
  try {
    return createPrivateKey(pem.text);
  } catch {
    // What the parser says may quote the key.
    throw refuse(pem, 'looks like a private key, but cannot be read: it is cut off or damaged');
  }
}

/** Reads one or more certificates in PEM. Throws `UsageError`. */
export function readCertificates(pem: PemText): readonly X509Certificate[] {
  const labels = labelsOf(pem.text);
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw refuse(pem, 'holds a private key: only certificates are wanted there');
  }
  const blocks = pem.text.match(certificates) ?? [];
  if (blocks.length === 0) throw refuse(pem, `${whatElse(labels)}: a certificate in PEM is wanted`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw refuse(pem, `cannot be read: certificate ${index + 1} is cut off or damaged`);
    }
  });
}

function labelsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(beginnings), ([, label = '']) => label);
}

function whatElse([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'is not in PEM (no line -----BEGIN ...-----)';
  const known = [first, ...others].map((label) => {
    if (label.endsWith('PUBLIC KEY')) return 'a public key';
    if (label.includes('CERTIFICATE REQUEST')) return 'a request for a certificate';
    return label.includes('CERTIFICATE') ? 'a certificate' : `"${label}"`;
  });
  return `holds ${[...new Set(known)].join(' and ')}`;
}

function refuse({ where }: PemText, what: string): TidemarkError {
  return new TidemarkError('UsageError', `${where} ${what}`);
}
