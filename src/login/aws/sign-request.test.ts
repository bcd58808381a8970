import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { signPost } from './sign-request.ts';

class Sha256 {
  readonly #hash;

  constructor(secret?: unknown) {
    const key = secret as Uint8Array | string | undefined;
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('not used');
  }
}

test('a signature is what the library of AWS makes of the same request', async () => {
  const now = new Date('2026-02-03T04:05:06.789Z');
  const url = new URL('https://api.ecr.eu-west-1.amazonaws.com/');
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'A.B' };
  for (const sessionToken of [undefined, 'the/session+token==']) {
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken };
    const scope = { credentials, region: 'eu-west-1', service: 'ecr' };
    const theirs = await new SignatureV4({
      service: 'ecr',
      region: 'eu-west-1',
      sha256: Sha256,
      applyChecksum: false,
      credentials: {
        accessKeyId: 'AKID',
        secretAccessKey: 'secret',
        ...(sessionToken === undefined ? {} : { sessionToken }),
      },
    }).sign(
      {
        method: 'POST',
        protocol: 'https:',
        hostname: url.hostname,
        path: '/',
        query: {},
        body: '{}',
        headers: { ...headers, host: url.host },
      },
      { signingDate: now },
    );
    const { authorization, ...ours } = signPost({ url, headers, body: '{}' }, scope, now);
    assert.equal(authorization, theirs.headers['authorization']);
    assert.equal(ours['x-amz-security-token'], sessionToken);
    assert.equal(ours['x-amz-date'], '20260203T040506Z');
  }
});
