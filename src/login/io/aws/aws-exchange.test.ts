import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startAws, type RunningAws } from '../../../../test/fakes/aws/start-aws.ts';
import type { AwsKey, FakeAwsOptions } from '../../../../test/fakes/aws/fake-aws.ts';
import { HttpClient } from '../../../http/http-client.ts';
import type { Clock } from '../../../model/clock.ts';
import type { AwsCredentials } from '../../aws/aws-credentials.ts';
import type { AccountIdentity, CloudIdentity, LoginRoute, TimedLogin } from '../../ports.ts';
import { AwsClient } from './aws-client.ts';
import { AwsExchange } from './aws-exchange.ts';
import type { MachineCredentialSource } from './machine-credentials.ts';

const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app';
const role = 'arn:aws:iam::123456789012:role/reader';
const key: AwsKey = { accessKeyId: 'AKIA1', secretAccessKey: 'SECRET-KEY', sessionToken: 'SECRET-SESSION' };
const startMs = Date.parse('2026-01-01T12:00:00Z');
const signal = new AbortController().signal;

interface Stage extends RunningAws {
  readonly naps: number[];
  readonly forgotten: () => number;
  ask(identity?: Partial<CloudIdentity>, what?: string): Promise<TimedLogin>;
  readonly exchange: AwsExchange;
}

async function setStage(
  t: TestContext,
  options: FakeAwsOptions & { readonly ambient?: readonly AwsCredentials[]; readonly skewMs?: number } = {},
): Promise<Stage> {
  const running = await startAws({ keys: [key], now: () => startMs + (options.skewMs ?? 0), ...options });
  t.after(() => running.close());
  const http = new HttpClient({ userAgent: 'test' });
  t.after(() => http.close());
  const naps: number[] = [];
  const clock: Clock = {
    now: () => new Date(startMs),
    monotonicMs: () => 0,
    sleep: async (ms) => void naps.push(ms),
  };
  const left = [...(options.ambient ?? [key])];
  let forgotten = 0;
  const ambient = {
    get: async () => left[0] ?? key,
    forget: () => {
      forgotten += 1;
      left.shift();
    },
  };
  const client = new AwsClient({ http, clock });
  const exchange = new AwsExchange({
    client,
    ambient,
    clock,
    environment: { AWS_ENDPOINT_URL: running.url },
    trustsObjects: true,
  });
  const ask = (identity = {}, what = image): Promise<TimedLogin> =>
    exchange.registry(what, { provider: 'aws', route: {}, ...identity }, signal);
  return { ...running, naps, forgotten: () => forgotten, ask, exchange };
}

function accountWith(change: Partial<AccountIdentity> = {}): AccountIdentity {
  return {
    namespace: 'apps',
    name: 'web',
    annotations: { 'eks.amazonaws.com/role-arn': role },
    requestToken: async (audience) => `token for ${audience}`,
    ...change,
  };
}

test('the machine gets a login of the registry with a request that it has signed, good for as long as AWS says', async (t) => {
  const { ask, aws } = await setStage(t, { lifetimeMs: 1000_000 });
  const { login, lifetimeMs } = await ask();
  assert.equal(lifetimeMs, 1000_000);
  assert.ok(login.type === 'basic' && login.username === 'AWS');
  const header = Buffer.from(`AWS:${login.password}`).toString('base64');
  assert.equal(aws.ownerOf(`Basic ${header}`), 'AKIA1');
  const [call] = aws.calls;
  assert.deepEqual([call?.action, call?.region], ['ecr:GetAuthorizationToken', 'eu-west-1']);
});

test('public registries are asked for by their own name, in their own region', async (t) => {
  const { ask, aws } = await setStage(t);
  await ask({}, 'public.ecr.aws/nginx/nginx');
  assert.deepEqual(
    aws.calls.map(({ action, region }) => [action, region]),
    [['ecr-public:GetAuthorizationToken', 'us-east-1']],
  );
});

test('a service account gets the login of its role, with a token for AWS alone', async (t) => {
  const { ask, aws } = await setStage(t, {
    roles: { [role]: (token) => token === 'token for sts.amazonaws.com' },
  });
  await ask({ account: accountWith() });
  const [assumed, authorized] = aws.calls;
  assert.equal(assumed?.action, 'sts:AssumeRoleWithWebIdentity');
  assert.equal(assumed.form['RoleSessionName'], 'web.apps.eu-west-1.fluxcd.io');
  assert.match(authorized?.accessKeyId ?? '', /^ASIA/);
});

test('an account that its role does not trust, or that has no role, is named with what to check', async (t) => {
  const { ask, aws } = await setStage(t, { roles: { [role]: () => false } });
  await assert.rejects(ask({ account: accountWith() }), (error: Error) => {
    assert.match(
      error.message,
      /does not allow sts:AssumeRoleWithWebIdentity to service account 'apps\/web' as role 'arn:aws:iam::123456789012:role\/reader' \(AccessDenied: /,
    );
    assert.match(error.message, /sub system:serviceaccount:apps:web and aud sts\.amazonaws\.com$/);
    return true;
  });
  const asked = aws.calls.length;
  await assert.rejects(ask({ account: accountWith({ annotations: {} }) }), {
    message: /^invalid eks\.amazonaws\.com\/role-arn annotation: ''/,
  });
  assert.equal(aws.calls.length, asked, 'nobody was asked');
});

test('hosts that are not AWS are refused before anybody is asked', async (t) => {
  const { ask, aws } = await setStage(t);
  await assert.rejects(ask({}, 'registry.example.com/app'), {
    code: 'LoginFailed',
    message: /^invalid AWS registry/,
  });
  assert.equal(aws.calls.length, 0);
});

test('credentials that AWS does not know any more are looked up again, once', async (t) => {
  const old = { accessKeyId: 'AKIA0', secretAccessKey: 'old' };
  const { ask, forgotten } = await setStage(t, { ambient: [old, key] });
  await ask();
  assert.equal(forgotten(), 1);
  const stuck = await setStage(t, { ambient: [old, old, old] });
  await assert.rejects(stuck.ask(), {
    message: /does not know the access key of the AWS identity of this process/,
  });
  assert.equal(stuck.aws.calls.length, 1, 'the same credentials are not tried twice');
});

test('a login that has ended before it came is used, and has no life to keep it for', async (t) => {
  const { ask } = await setStage(t, { lifetimeMs: -10 * 365 * 86_400_000 });
  const { login, lifetimeMs } = await ask();
  assert.ok(login.type === 'basic' && lifetimeMs < 0);
});

test('AWS that is busy is asked again after a while, as long as it says, and not for ever', async (t) => {
  const { ask, aws, naps } = await setStage(t);
  const busy = { status: 400, body: '{"__type":"ThrottlingException","message":"Rate exceeded"}' };
  aws.fault({ ...busy, times: 2 });
  aws.fault({ ...busy, status: 429, headers: { 'retry-after': '3' }, times: 1 });
  await ask();
  assert.deepEqual(naps, [500, 1000, 3000]);
  aws.fault(busy);
  await assert.rejects(ask(), {
    code: 'LoginFailed',
    message: /asks for fewer requests at ecr:GetAuthorizationToken/,
  });
  assert.equal(naps.length, 6);
  aws.faults.length = 0;
  aws.fault({ ...busy, headers: { 'retry-after': '60' } });
  await assert.rejects(ask(), { retryAfterMs: 60_000 });
  assert.equal(naps.length, 6, 'who is to wait for long comes again later');
});

test('what is denied is not asked for again, and says which policy to write', async (t) => {
  const { ask, aws, naps } = await setStage(t);
  aws.fault({
    status: 400,
    body: '{"__type":"AccessDeniedException","message":"User: arn:x is not authorized"}',
  });
  await assert.rejects(ask(), {
    message:
      /does not allow ecr:GetAuthorizationToken .*User: arn:x is not authorized\); allow ecr:GetAuthorizationToken on resource "\*"/,
  });
  assert.deepEqual([naps, aws.calls.length], [[], 1]);
});

test('a clock that is off is named with how far, and no secret is shown', async (t) => {
  const { ask } = await setStage(t, { skewMs: 26 * 60_000 });
  await assert.rejects(ask(), (error: Error) => {
    assert.match(error.message, /the clock of this machine is 26 min behind that of AWS: set it$/);
    assert.doesNotMatch(error.message, /SECRET/);
    return true;
  });
});

test('CodeCommit gets a signature for a quarter of an hour, without asking anybody', async (t) => {
  const { exchange, aws } = await setStage(t);
  const url = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet';
  const { login, lifetimeMs } = await exchange.git(url, { provider: 'aws', route: {} }, signal);
  assert.equal(lifetimeMs, 900_000);
  assert.ok(login.type === 'basic' && login.username === 'AKIA1%SECRET-SESSION');
  assert.match(login.password, /^20260101T120000Z[0-9a-f]{64}$/);
  assert.equal(aws.calls.length, 0);
});

test('CodeCommit takes the role of a service account, through the token service of its region', async (t) => {
  const { exchange, aws } = await setStage(t, { roles: { [role]: () => true } });
  const url = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet';
  const identity = { provider: 'aws', route: {}, account: accountWith() } as const;
  const { login } = await exchange.git(url, identity, signal);
  assert.ok(login.type === 'basic' && login.username.startsWith('ASIA') && login.username.includes('%'));
  assert.equal(aws.count('sts:AssumeRoleWithWebIdentity'), 1);
});

test("where objects are other people's, the CA that one brings does not make it a reader of exchanges", async (t) => {
  const http = new HttpClient({ userAgent: 'test' });
  t.after(() => http.close());
  const clock: Clock = { now: () => new Date(startMs), monotonicMs: () => 0, sleep: async () => undefined };
  const route = { proxy: 'http://127.0.0.1:1', ca: 'CA' };
  const seen = async (trustsObjects: boolean): Promise<LoginRoute | undefined> => {
    let taken: LoginRoute | undefined;
    const ambient: MachineCredentialSource = {
      get: async (way) => {
        taken = way.route;
        throw new Error('far enough');
      },
      forget: () => undefined,
    };
    const client = new AwsClient({ http, clock });
    const exchange = new AwsExchange({ client, ambient, clock, environment: {}, trustsObjects });
    await assert.rejects(exchange.registry(image, { provider: 'aws', route }, signal), /far enough/);
    return taken;
  };
  assert.deepEqual(await seen(true), route);
  assert.deepEqual(await seen(false), { proxy: route.proxy });
});
