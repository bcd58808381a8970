import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { TidemarkError } from '../../../model/errors.ts';
import type { AzureClient } from '../../azure/azure-account.ts';
import { readRsaKey, signAssertion } from '../sign-assertion.ts';

export interface CertificateFile {
  /** PEM: a private key and its certificate, and those that it is signed by, if they are to be shown. */
  readonly pem: string;
  readonly path: string;
  readonly password: string | undefined;
  readonly sendChain: boolean;
}

const lifeSeconds = 600;
const certificateForm = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** What an application with a certificate shows in place of a secret. Throws `LoginFailed`. */
export function certificateAssertion(
  file: CertificateFile,
  { client, audience, now }: { readonly client: AzureClient; readonly audience: URL; readonly now: Date },
): string {
  const refuse = (what: string): never => {
    throw new TidemarkError('LoginFailed', `AZURE_CLIENT_CERTIFICATE_PATH: ${file.path} ${what}`);
  };
  const blocks =
    file.pem.match(certificateForm) ?? refuse('holds no certificate in PEM form (PKCS#12 must be converted)');
  const key = readRsaKey(file.pem, file.password) ?? refuse('holds no RSA key in PEM form that can be read');
  const chain = blocks.map(
    (block) => parseCertificate(block) ?? refuse('holds a certificate that cannot be read'),
  );
  const own = chain.find((certificate) => certificate.checkPrivateKey(key));
  if (own === undefined) return refuse('holds a key that belongs to none of its certificates');
  const seconds = Math.floor(now.getTime() / 1000);
  const ordered = [own, ...chain.filter((certificate) => certificate !== own)];
  return signAssertion({
    key,
    header: {
      alg: 'PS256',
      'x5t#S256': createHash('sha256').update(own.raw).digest('base64url'),
      ...(file.sendChain ? { x5c: ordered.map(({ raw }) => raw.toString('base64')) } : {}),
    },
    claims: {
      aud: audience.href,
      iss: client.clientId,
      sub: client.clientId,
      jti: randomUUID(),
      nbf: seconds,
      exp: seconds + lifeSeconds,
    },
  });
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
