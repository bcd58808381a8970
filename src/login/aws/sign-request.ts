import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from './aws-credentials.ts';

/** For what a signature is good. */
export interface SigningScope {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** As AWS knows it in signatures: `ecr`, `ecr-public`, `codecommit`. */
  readonly service: string;
}

export interface SignedPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const algorithm = 'AWS4-HMAC-SHA256';

/** All headers of a POST to `url`, those that were given and the signature (Signature Version 4) among them. */
export function signPost(
  { url, headers, body }: SignedPost,
  scope: SigningScope,
  now: Date,
): Readonly<Record<string, string>> {
  const { credentials } = scope;
  const stamp = stampOf(now);
  const sent: Record<string, string> = {
    ...headers,
    host: url.host,
    'x-amz-date': stamp,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const names = Object.keys(sent).sort();
  const canonical = [
    'POST',
    url.pathname,
    '',
    ...names.map((name) => `${name}:${(sent[name] ?? '').trim()}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
  const signature = sign(canonical, stamp, scope);
  const credential = `${credentials.accessKeyId}/${scopeOf(stamp, scope)}`;
  const authorization = `${algorithm} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...sent, authorization };
}

/** The signature of a canonical request, with the time written as `stamp` says. */
export function sign(canonical: string, stamp: string, scope: SigningScope): string {
  const { credentials, region, service } = scope;
  const text = [algorithm, stamp, scopeOf(stamp, scope), sha256(canonical)].join('\n');
  const parts = [stamp.slice(0, 8), region, service, 'aws4_request'];
  const start = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  const key = parts.reduce<Buffer>((last, part) => hmac(last, part), start);
  return hmac(key, text).toString('hex');
}

/** `20260102T030405Z`. */
export function stampOf(now: Date): string {
  return now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function scopeOf(stamp: string, { region, service }: SigningScope): string {
  return `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
