import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';

import {
  access,
  fakeRegistry,
  forever,
  hastyClock,
  keychain,
  registryClient,
} from '../../../../test/builders/registry-client.ts';
import type { FaultAnswer } from '../../../../test/fakes/registry/faults.ts';
import type { ErrorCode } from '../../../model/errors.ts';
import { parseImageName } from '../../../model/image-ref.ts';
import type { RegistryClientOptions } from './http-registry-client.ts';

interface Case {
  readonly answer: FaultAnswer;
  readonly code: ErrorCode;
  /** After method and URL. */
  readonly says: string;
  readonly page?: 'first' | 'later';
  readonly options?: Partial<RegistryClientOptions>;
}

const cases: Readonly<Record<string, Case>> = {
  '401': {
    answer: { kind: 'status', status: 401 },
    code: 'RegistryUnauthorized',
    says: 'UNAUTHORIZED: authentication required (401 Unauthorized); no credentials for HOST were given',
  },
  '403': {
    answer: { kind: 'status', status: 403 },
    code: 'RegistryForbidden',
    says: 'DENIED: requested access to the resource is denied (403 Forbidden); no credentials for HOST were given',
  },
  '404 with a text of its own': {
    answer: { kind: 'status', status: 404, body: 'page\nnot found\u001b[31m' },
    code: 'RegistryNotFound',
    says: 'unexpected status code 404 Not Found: page not found [31m',
  },
  '429 without Retry-After': {
    answer: { kind: 'status', status: 429 },
    code: 'RegistryThrottled',
    says: 'TOOMANYREQUESTS: too many requests (429 Too Many Requests)',
  },
  '429 with a Retry-After that is waited for': {
    answer: { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
    code: 'RegistryThrottled',
    says: 'TOOMANYREQUESTS: too many requests (429 Too Many Requests); asks to wait 7 s',
  },
  '500': {
    answer: { kind: 'status', status: 500, body: '' },
    code: 'RegistryServerError',
    says: 'unexpected status code 500 Internal Server Error',
  },
  '502 with an HTML page': {
    answer: { kind: 'html', status: 502 },
    code: 'RegistryServerError',
    says: 'unexpected status code 502 Bad Gateway: an HTML page',
  },
  '418': {
    answer: { kind: 'status', status: 418, body: '' },
    code: 'RegistryBadAnswer',
    says: 'unexpected status code 418',
  },
  'several errors at once': {
    answer: {
      kind: 'status',
      status: 400,
      body: '{"errors":[{"code":"A","message":"one"},{"code":"B"},{"message":"three"},{"code":"D"}, null]}',
    },
    code: 'RegistryBadAnswer',
    says: 'A: one; B; three (400 Bad Request)',
  },
  'an HTML page with status 200': {
    answer: { kind: 'html' },
    code: 'RegistryBadAnswer',
    says: 'the answer is an HTML page, not a tag list; is this a registry?',
  },
  'an empty body': {
    answer: { kind: 'body', body: '' },
    code: 'RegistryBadAnswer',
    says: 'the answer is empty, not a tag list',
  },
  'JSON that ends half-way': {
    answer: { kind: 'body', body: '{"name":"app","tags":["1.0","1.' },
    code: 'RegistryBadAnswer',
    says: 'the answer is not JSON, or was cut off',
  },
  'JSON that is no tag list': {
    answer: { kind: 'body', body: '{"errors":[]}' },
    code: 'RegistryBadAnswer',
    says: "the answer has no 'tags'",
  },
  'a bare array': {
    answer: { kind: 'body', body: '["1.0"]' },
    code: 'RegistryBadAnswer',
    says: 'the answer is no tag list',
  },
  'tags that are not text': {
    answer: { kind: 'tags', tags: ['1.0', 1.1] },
    code: 'RegistryBadAnswer',
    says: "the answer has 'tags' that are not text",
  },
  'a body that is cut off': {
    answer: { kind: 'cut-off' },
    code: 'RegistryUnreachable',
    says: 'connection closed before the answer was complete',
  },
  'a chunked body that is cut off': {
    answer: { kind: 'cut-off', chunked: true },
    code: 'RegistryUnreachable',
    says: 'connection closed before the answer was complete',
  },
  'a second page that is cut off': {
    answer: { kind: 'cut-off' },
    page: 'later',
    code: 'RegistryUnreachable',
    says: 'connection closed before the answer was complete',
  },
  'a second page that is missing': {
    answer: { kind: 'status', status: 500, body: '' },
    page: 'later',
    code: 'RegistryServerError',
    says: 'unexpected status code 500 Internal Server Error',
  },
  'a connection that is closed without an answer': {
    answer: { kind: 'reset' },
    code: 'RegistryUnreachable',
    says: 'connection closed before the answer was complete',
  },
  'pages that lead back to themselves': {
    answer: { kind: 'endless', same: true },
    code: 'RegistryBadAnswer',
    says: 'the pages of the tag list lead back to one that was read',
  },
  'pages without end that bring nothing new': {
    answer: { kind: 'endless' },
    code: 'RegistryBadAnswer',
    says: 'the tag list has no end',
  },
  'pages without end that bring new tags': {
    answer: { kind: 'endless', newTags: true },
    options: { maxPages: 50 },
    code: 'RegistryBadAnswer',
    says: 'the tag list has no end',
  },
  'more tags than anybody has': {
    answer: { kind: 'endless', newTags: true },
    options: { maxTags: 10 },
    code: 'RegistryBadAnswer',
    says: 'the tag list has more than 10 tags',
  },
  'fifty megabytes, announced': {
    answer: { kind: 'huge', bytes: 50_000_000 },
    code: 'RegistryBadAnswer',
    says: 'the answer is larger than 32 MiB',
  },
  'fifty megabytes, not announced': {
    answer: { kind: 'huge', bytes: 50_000_000, chunked: true },
    code: 'RegistryBadAnswer',
    says: 'the answer is larger than 32 MiB',
  },
  'a Link that cannot be read': {
    answer: { kind: 'tags', tags: ['1'], link: 'next please' },
    code: 'RegistryBadAnswer',
    says: 'the Link to the next page cannot be read',
  },
  'a Link to another host': {
    answer: { kind: 'tags', tags: ['1'], link: '<http://evil.example/v2/app/tags/list?last=1>; rel="next"' },
    code: 'RegistryBadAnswer',
    says: 'the Link to the next page leads to another host, evil.example',
  },
  'redirects without end': {
    answer: { kind: 'redirect', to: '' },
    code: 'RegistryBadAnswer',
    says: 'more than 10 redirects',
  },
  'a redirect to nowhere': {
    answer: { kind: 'status', status: 302, headers: { location: 'ftp://x' } },
    code: 'RegistryBadAnswer',
    says: 'the redirect has no Location that can be followed',
  },
  'silence before the answer': {
    answer: { kind: 'hang' },
    options: { silenceTimeoutMs: 100 },
    code: 'RegistryTimeout',
    says: 'no answer within the time limit',
  },
  'silence in the middle of the answer': {
    answer: { kind: 'cut-off', hang: true },
    options: { silenceTimeoutMs: 100 },
    code: 'RegistryTimeout',
    says: 'the answer stopped half-way',
  },
};

describe('a scan fails in one clear sentence when the registry answers with', { concurrency: true }, () => {
  for (const [name, { answer, code, says, page, options }] of Object.entries(cases)) {
    test(name, async (t) => {
      const { registry, host } = await fakeRegistry(t, { pageSize: 2 });
      registry.setTags('app', ['1', '2', '3']);
      registry.fault({ on: 'tags', answer, ...(page ? { page } : {}) });
      const listing = registryClient(t, options).listTags(parseImageName(`${host}/app`), access(), forever());
      await assert.rejects(listing, (error: Error & { code: string }) => {
        assert.match(error.message, /^GET http:\/\/127\.0\.0\.1:\d+\/v2\/app\/tags\/list\?[\w=&]+: /);
        assert.equal(error.message.replace(/^.*?\?[\w=&]+: /, '').replaceAll(host, 'HOST'), says);
        assert.equal(error.code, code);
        return true;
      });
    });
  }
});

test('a host that nobody answers at, and one that is none, are named', async (t) => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const client = registryClient(t);
  const list = (image: string) => client.listTags(parseImageName(image), access(), forever());
  await assert.rejects(list(`127.0.0.1:${port}/app`), {
    code: 'RegistryUnreachable',
    message: `GET https://127.0.0.1:${port}/v2/: connection refused; GET http://127.0.0.1:${port}/v2/: connection refused`,
  });
  await assert.rejects(list('a.b"c/app'), { code: 'RegistryUnreachable' });
});

test('what does not speak HTTP is named', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('SSH-2.0-OpenSSH_9.2\r\n');
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await assert.rejects(registryClient(t).listTags(parseImageName(`${host}/app`), access(), forever()), {
    code: 'RegistryUnreachable',
    message: `GET https://${host}/v2/: the server does not speak HTTPS; GET http://${host}/v2/: the answer is not HTTP`,
  });
});

test('a /v2/ that is no registry ends the scan before it begins', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.fault({ on: 'ping', answer: { kind: 'status', status: 404, body: '' } });
  await assert.rejects(registryClient(t).listTags(parseImageName(`${host}/app`), access(), forever()), {
    code: 'RegistryNotFound',
    message: `GET https://${host}/v2/: the server does not speak HTTPS; GET http://${host}/v2/: unexpected status code 404 Not Found`,
  });
});

test('a token server that answers nonsense shows nothing of its answer', async (t) => {
  const { registry, host } = await fakeRegistry(t, {
    access: { kind: 'token', username: 'u', password: 'p' },
  });
  registry.push('app', '1');
  const answers = [
    'CANARY',
    '{"token": ""}',
    '{"token": 1}',
    '[]',
    '{"token": "CANARY\\nX: y"}',
    '{"access_token": null}',
  ];
  for (const body of answers) {
    const mend = registry.fault({ on: 'token', answer: { kind: 'body', body } });
    await assert.rejects(registryClient(t).listTags(parseImageName(`${host}/app`), access(), forever()), {
      code: 'RegistryBadAnswer',
      message: `GET http://${host}/token?scope=repository:app:pull&service=fake: the answer holds no token`,
    });
    mend();
  }
});

test('a challenge that names no token server, or none that can be used, is named', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const challenges = {
    'Bearer service="x"': 'asks for a token and does not say where to get it',
    'Bearer realm="nowhere"': 'asks for a token and does not say where to get it',
    'Bearer realm="ftp://x/"': 'names a token server that is not reached by HTTPS: ftp:',
  };
  for (const [header, says] of Object.entries(challenges)) {
    const mend = registry.fault({
      on: 'ping',
      answer: { kind: 'status', status: 401, headers: { 'www-authenticate': header } },
    });
    await assert.rejects(registryClient(t).listTags(parseImageName(`${host}/app`), access(), forever()), {
      code: 'RegistryBadAnswer',
      message: `the registry ${host} ${says}`,
    });
    mend();
  }
});

test('a registry that repeats what it was sent does not get it into a message', async (t) => {
  const account = { username: 'CANARY-user', password: 'CANARY-password' };
  const basic = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  registry.push('app', '1');
  const entry = access({ keychain: keychain({ [host]: account }) });
  const bodies = [
    JSON.stringify({ errors: [{ code: 'DENIED', message: `not you: Basic ${basic}` }] }),
    `no, ${account.username}:${account.password} may not`,
    `wrong password ${account.password}`,
  ];
  for (const body of bodies) {
    const mend = registry.fault({ answer: { kind: 'status', status: 403, body } });
    await assert.rejects(
      registryClient(t).listTags(parseImageName(`${host}/app`), entry, forever()),
      (error: Error) => {
        assert.ok(
          !error.message.includes('CANARY-password') && !error.message.includes(basic),
          error.message,
        );
        assert.match(error.message, /\*\*\*/);
        return true;
      },
    );
    mend();
  }
});

test('a bearer token that comes back in an error is hidden too', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'token' } });
  registry.push('app', '1');
  registry.fault({ on: 'token', answer: { kind: 'body', body: '{"token":"CANARY-token"}' } });
  registry.fault({
    on: 'tags',
    answer: { kind: 'status', status: 403, body: 'Bearer CANARY-token is no good' },
  });
  await assert.rejects(registryClient(t).listTags(parseImageName(`${host}/app`), access(), forever()), {
    message: `GET http://${host}/v2/app/tags/list?n=1000: unexpected status code 403 Forbidden: Bearer *** is no good; no credentials for ${host} were given`,
  });
});

test('a list that breaks off is tried again as a whole page, and is then complete', async (t) => {
  const { registry, host } = await fakeRegistry(t, { pageSize: 2 });
  registry.setTags('app', ['1', '2', '3', '4', '5']);
  const clock = hastyClock();
  for (const answer of [{ kind: 'cut-off' }, { kind: 'reset' }, { kind: 'status', status: 503 }] as const) {
    registry.fault({ page: 'later', times: 2, answer });
    const listing = registryClient(t, { clock }).listTags(parseImageName(`${host}/app`), access(), forever());
    assert.deepEqual(await listing, ['1', '2', '3', '4', '5']);
  }
  assert.deepEqual(
    clock.naps.filter((ms) => ms !== 300),
    [1000, 3000, 1000, 3000, 1000, 3000],
  );
});
