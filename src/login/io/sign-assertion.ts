import { constants, createPrivateKey, sign, type KeyObject } from 'node:crypto';

export interface Assertion {
  readonly header: { readonly alg: 'RS256' | 'PS256' } & Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly key: KeyObject;
}

/** A JSON Web Token, signed with an RSA key. */
export function signAssertion({ header, claims, key }: Assertion): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ typ: 'JWT', ...header })}.${encode(claims)}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const how = header.alg === 'PS256' ? { key, ...pss } : key;
  return `${signed}.${sign('sha256', Buffer.from(signed), how).toString('base64url')}`;
}

/** An RSA key from PEM text; undefined when it is none, or when the password does not fit. */
export function readRsaKey(pem: string, password?: string): KeyObject | undefined {
  try {
    const key = createPrivateKey({ key: pem, ...(password === undefined ? {} : { passphrase: password }) });
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}
