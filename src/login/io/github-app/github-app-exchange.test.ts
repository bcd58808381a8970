import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startGithub, type FakeGithub } from '../../../../test/fakes/github/fake-github.ts';
import { HttpClient } from '../../../http/http-client.ts';
import { refuseLinkLocal } from '../../../http/link-local.ts';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type { GithubApp } from '../../github-app/github-app.ts';
import type { TimedLogin } from '../../ports.ts';
import { GithubAppExchange } from './github-app-exchange.ts';

interface Stage {
  readonly github: FakeGithub;
  readonly clock: Clock & { aheadMs: number };
  exchange(app?: Partial<GithubApp>): Promise<TimedLogin>;
  /** The error of an exchange that fails. */
  failure(app?: Partial<GithubApp>): Promise<TidemarkError>;
}

async function stage(t: TestContext, apiPath?: string): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'github-app-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const github = await startGithub({ root, ...(apiPath && { apiPath }) });
  t.after(() => github.close());
  const http = new HttpClient({ userAgent: 'test' });
  t.after(() => http.close());
  const clock = {
    aheadMs: 0,
    now: () => new Date(Date.now() + clock.aheadMs),
    monotonicMs: () => clock.aheadMs,
    sleep: async () => undefined,
  };
  const exchanger = new GithubAppExchange({ http, clock });
  const usual: GithubApp = {
    appId: '12345',
    privateKey: github.privateKey,
    installation: { owner: 'acme' },
    baseUrl: github.apiUrl,
  };
  const exchange: Stage['exchange'] = (app) =>
    exchanger.exchange({ ...usual, ...app }, {}, AbortSignal.timeout(60_000));
  return {
    github,
    clock,
    exchange,
    failure: async (app) => {
      const error: unknown = await exchange(app).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof TidemarkError, 'the exchange fails');
      assert.equal(error.code, 'LoginFailed', error.message);
      return error;
    },
  };
}

test('the installation of an organization is looked up, and its token is a password', async (t) => {
  const { github, exchange } = await stage(t);
  const { login, lifetimeMs } = await exchange();
  assert.deepEqual(login, {
    type: 'basic',
    username: 'x-access-token',
    password: github.api.issued[0]?.token,
  });
  assert.ok(lifetimeMs > 3_500_000 && lifetimeMs <= 3_601_000, String(lifetimeMs));
  assert.deepEqual(github.api.requests, [
    'GET /orgs/acme/installation',
    'POST /app/installations/100/access_tokens',
  ]);
});

test('an installation given by number is not looked up', async (t) => {
  const { github, exchange } = await stage(t);
  await exchange({ installation: { id: '100' } });
  assert.deepEqual(github.api.requests, ['POST /app/installations/100/access_tokens']);
});

test('a PKCS#8 key works as well, and a trailing slash of the address does no harm', async (t) => {
  const { github, exchange } = await stage(t);
  const pkcs8 = createPrivateKey(github.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  await exchange({ privateKey: pkcs8, baseUrl: `${github.apiUrl}/` });
  assert.equal(github.api.issued.length, 1);
});

test('the life of a token is counted by the clock of the server that ends it', async (t) => {
  const { github, exchange } = await stage(t);
  github.clockAheadMs = 20_000;
  github.account.tokenLifetimeMs = 600_000;
  const { lifetimeMs } = await exchange();
  assert.ok(lifetimeMs > 500_000 && lifetimeMs <= 601_000, String(lifetimeMs));
});

test('a key of another app is told by its fingerprint', async (t) => {
  const { failure } = await stage(t);
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const { message } = await failure({ privateKey });
  assert.match(
    message,
    /^GET http:\S+\/orgs\/acme\/installation: 401 "A JSON web token could not be decoded": the private key is none of app 12345's, or 'githubAppID' is another app's; look for SHA256:\S{44} under "Private keys"/,
  );
});

test('an owner without the app is told what organization and user answered', async (t) => {
  const { github, failure } = await stage(t);
  const { message } = await failure({ installation: { owner: 'other corp' } });
  const at = `GET ${github.apiUrl}`;
  assert.equal(
    message,
    `failed to find organization installation: ${at}/orgs/other%20corp/installation: 404 "Not Found"; ` +
      `failed to find user installation: ${at}/users/other%20corp/installation: 404 "Not Found": ` +
      `app 12345 is not installed for 'other corp'; install it from "Install App" of the app's settings, or correct 'githubAppInstallationOwner'`,
  );
});

test('an installation that does not exist is told by its number', async (t) => {
  const { failure } = await stage(t);
  const { message } = await failure({ installation: { id: '7' } });
  assert.match(message, /\/7\/access_tokens: 404 "Not Found": app 12345 has no installation 7;/);
});

test('a suspended installation is told with its date, which is asked for', async (t) => {
  const { github, failure } = await stage(t);
  github.account.suspendedAt = '2026-11-01T10:00:00Z';
  const { message } = await failure();
  assert.match(
    message,
    /403 "This installation has been suspended": installation 100 of app 12345 is suspended since 2026-11-01T10:00:00Z;/,
  );
  assert.equal(github.api.requests.at(-1), 'GET /app/installations/100');
});

test('another refusal is not taken for a suspension', async (t) => {
  const { github, failure } = await stage(t);
  github.api.intercept = (request) =>
    request.startsWith('POST') ? { status: 403, body: { message: 'IP not allowed' } } : undefined;
  const { message } = await failure();
  assert.match(message, /403 "IP not allowed": the API refuses the app; usual reasons/);
});

for (const [title, aheadMs, words] of [
  ['behind', -12 * 60_000, '12 minutes behind'],
  ['ahead', 3 * 3_600_000, '3 hours ahead of'],
] as const) {
  test(`a clock that is ${title} is told with by how much`, async (t) => {
    const { clock, failure, github } = await stage(t);
    clock.aheadMs = aheadMs;
    const { message } = await failure();
    assert.ok(message.includes(`401 "`), message);
    assert.ok(
      message.includes(`this machine's clock is ${words} that of ${new URL(github.apiUrl).host}`),
      message,
    );
  });
}

test('a limit is obeyed: nothing is asked again before its end, by anybody', async (t) => {
  const { github, clock, exchange, failure } = await stage(t);
  const reset = Math.floor(Date.now() / 1000) + 600;
  github.api.intercept = () => ({
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
    body: { message: 'API rate limit exceeded' },
  });
  const first = await failure();
  assert.match(
    first.message,
    /403 "API rate limit exceeded": the API limits requests and asks to wait 10 minutes/,
  );
  assert.ok((first.retryAfterMs ?? 0) > 500_000 && (first.retryAfterMs ?? 0) <= 601_000);
  github.api.intercept = undefined;
  const second = await failure({ installation: { id: '100' } });
  assert.match(second.message, /limits the requests of app 12345; the next one is made in 10 minutes/);
  assert.equal(github.api.requests.length, 1);
  clock.aheadMs = 601_000;
  github.clockAheadMs = 601_000;
  await exchange();
});

test('Retry-After of a secondary limit is obeyed', async (t) => {
  const { github, failure } = await stage(t);
  github.api.intercept = () => ({ status: 429, headers: { 'retry-after': '42' }, body: {} });
  assert.equal((await failure()).retryAfterMs, 42_000);
});

test('a server of ones own is asked below the path that is given, and the path is missed when it is not', async (t) => {
  const { github, exchange, failure } = await stage(t, '/api/v3/');
  const { message } = await failure();
  assert.ok(
    message.endsWith(
      `GitHub Enterprise Server has its API at ${github.apiUrl}/api/v3; write that into 'githubAppBaseURL'`,
    ),
    message,
  );
  await exchange({ baseUrl: `${github.apiUrl}/api/v3` });
  assert.equal(github.api.requests.at(-1), 'POST /api/v3/app/installations/100/access_tokens');
});

test('an organization with a new name is followed on the same server, and never to another', async (t) => {
  const { github, exchange, failure } = await stage(t);
  const move = (location: string): void => {
    github.api.intercept = (request) =>
      request.includes('/orgs/old/') ? { status: 301, headers: { location } } : undefined;
  };
  move('/orgs/acme/installation');
  await exchange({ installation: { owner: 'old' } });
  move('https://elsewhere.example.com/orgs/acme/installation');
  assert.match((await failure({ installation: { owner: 'old' } })).message, /\/orgs\/old\/installation: 301/);
});

test('a login that cannot write says so beforehand', async (t) => {
  const { github, exchange } = await stage(t);
  github.account.contents = 'read';
  const { login } = await exchange();
  assert.match(
    (login.type === 'basic' && login.lacks) || '',
    /^the installation of GitHub App 12345 has the permission Contents: read, and a push needs Read and write;/,
  );
});

test('the token and what it was bought with are in no message, even if the server repeats them', async (t) => {
  const { github, failure } = await stage(t);
  github.api.intercept = () => ({ status: 400, body: { message: `bad: ${github.api.shown.at(-1)}` } });
  const { message } = await failure();
  assert.match(message, /: 400 "bad: Bearer \*\*\*"$/);
  for (const shown of github.api.shown) assert.ok(!message.includes(shown.slice(7)));
});

test('an answer that is no answer of the API is told', async (t) => {
  const { github, failure } = await stage(t);
  github.api.intercept = (request) =>
    request.startsWith('POST') ? { status: 201, body: { unexpected: true } } : undefined;
  assert.match((await failure()).message, /access_tokens: 201: the answer holds no token$/);
});

test('addresses that a guard refuses are not asked', async (t) => {
  const http = new HttpClient({ userAgent: 'test', refuse: refuseLinkLocal });
  t.after(() => http.close());
  const { github, clock } = await stage(t);
  const exchanger = new GithubAppExchange({ http, clock });
  const app = {
    appId: '1',
    privateKey: github.privateKey,
    installation: { id: '1' },
    baseUrl: 'http://169.254.169.254/api/v3',
  };
  await assert.rejects(exchanger.exchange(app, {}, AbortSignal.timeout(60_000)), {
    code: 'LoginFailed',
    message: /169\.254\.169\.254.*link-local/,
  });
});
