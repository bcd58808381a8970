import {
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
  type VerifyKeyObjectInput,
} from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

/** Whoever signs tokens, as those see it who take them. */
export interface KnownIssuer {
  readonly issuer: string;
  readonly publicKey: KeyObject;
}

export interface TokenIssuerOptions {
  readonly issuer?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Signs JSON Web Tokens, as a cluster does for its service accounts and a cloud for its users. */
export class TokenIssuer implements KnownIssuer {
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;
  readonly #now: () => number;

  constructor({ issuer = 'https://cluster.example.com', now = Date.now }: TokenIssuerOptions = {}) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.issuer = issuer;
    this.publicKey = createPublicKey(privateKey);
    this.#privateKey = privateKey;
    this.#now = now;
  }

  issue(audience: string, claims: Claims, lifetimeSeconds = 3600): string {
    const iat = Math.floor(this.#now() / 1000);
    const all = { iss: this.issuer, aud: audience, iat, exp: iat + lifetimeSeconds, ...claims };
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(all)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#privateKey).toString('base64url')}`;
  }

  /** The token of a service account of the cluster. */
  accountToken(audience: string, account: string, lifetimeSeconds?: number): string {
    return this.issue(
      audience,
      { sub: `system:serviceaccount:${account.replace('/', ':')}` },
      lifetimeSeconds,
    );
  }
}

/** The parts of a JSON Web Token whose signature fits; undefined otherwise. */
export function openToken(
  token: string,
  key: KeyObject | VerifyKeyObjectInput,
): { readonly header: Claims; readonly claims: Claims } | undefined {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const how: VerifyKeyObjectInput = 'key' in key ? key : { key, dsaEncoding: 'ieee-p1363' };
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify('sha256', signed, how, Buffer.from(signature, 'base64url'))) return undefined;
  const decode = (text: string): Claims =>
    JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Claims;
  const said = decode(claims);
  // Clusters write a list of audiences, also of one.
  const aud: unknown = Array.isArray(said['aud']) && said['aud'].length === 1 ? said['aud'][0] : said['aud'];
  return { header: decode(header), claims: { ...said, aud } };
}
