import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AwsKey } from './fake-aws.ts';

/** What an `Authorization` header of AWS says. */
export interface ReadSignature {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const header =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

export function readSignature(authorization: string | undefined): ReadSignature | undefined {
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] =
    header.exec(authorization ?? '') ?? [];
  if (signature === '') return undefined;
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature };
}

/** Whether a POST was signed by a key, all of it. */
export function isSignedBy(
  key: AwsKey,
  read: ReadSignature,
  { request, body }: { readonly request: IncomingMessage; readonly body: string },
): boolean {
  const headers = request.headers;
  if (headers['x-amz-security-token'] !== key.sessionToken) return false;
  if (!['host', 'x-amz-date', 'x-amz-target'].every((name) => read.signedHeaders.includes(name)))
    return false;
  const canonical = [
    request.method ?? '',
    (request.url ?? '').split('?')[0],
    (request.url ?? '').split('?')[1] ?? '',
    ...read.signedHeaders.map((name) => `${name}:${String(headers[name])}`),
    '',
    read.signedHeaders.join(';'),
    hash(body),
  ].join('\n');
  const scope = `${read.date}/${read.region}/${read.service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${String(headers['x-amz-date'])}\n${scope}\n${hash(canonical)}`;
  const dateKey = hmac(`AWS4${key.secretAccessKey}`, read.date);
  const signingKey = hmac(hmac(hmac(dateKey, read.region), read.service), 'aws4_request');
  return hmac(signingKey, text).toString('hex') === read.signature;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
