import { createPrivateKey, X509Certificate } from 'node:crypto';

import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';

/** PEM texts. `ca` is trusted beside the authorities of the system. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Reads `spec.certSecretRef`: `tls.crt` with `tls.key`, `ca.crt`, or all three; under these names or the ones of old. */
export function tlsFromSecret(secret: Pick<Secret, 'metadata' | 'data'>): TlsMaterial {
  const read = (key: string, oldKey: string) =>
    (secretValue(secret, key) ?? secretValue(secret, oldKey))?.toString('utf8') || undefined;
  const cert = read('tls.crt', 'certFile');
  const key = read('tls.key', 'keyFile');
  const ca = read('ca.crt', 'caFile');
  const name = `secret '${formatKey(secret.metadata)}'`;
  if (cert && !key) throw invalid(`${name} contains 'tls.crt' but missing 'tls.key'`);
  if (key && !cert) throw invalid(`${name} contains 'tls.key' but missing 'tls.crt'`);
  if (!cert && !ca) throw invalid(`${name} must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'`);
  if (cert && key && !isPair(cert, key)) {
    throw invalid(
      `${name}: failed to parse TLS certificate and key: 'tls.crt' and 'tls.key' are not a PEM pair`,
    );
  }
  if (ca && !isCertificate(ca)) {
    throw invalid(`${name}: failed to parse CA certificate: 'ca.crt' holds no PEM certificate`);
  }
  return { ...(ca ? { ca } : {}), ...(cert && key ? { cert, key } : {}) };
}

function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    // What the parser says may quote the key.
    return false;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function invalid(message: string): TidemarkError {
  return new TidemarkError('CredentialsInvalid', message);
}
