/** Logins of AWS as a scan uses them: every part is real but the clock, AWS and the registry behind its door. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { before, test, type TestContext } from 'node:test';
import { access, hastyClock } from '../../test/builders/registry-client.ts';
import { registryGate, type RegistryGate } from '../../test/fakes/aws/registry-gate.ts';
import type { FakeAws } from '../../test/fakes/aws/fake-aws.ts';
import { startAws } from '../../test/fakes/aws/start-aws.ts';
import { startHttpProxy } from '../../test/fakes/proxy/http-proxy.ts';
import type { FakeRegistry } from '../../test/fakes/registry/fake-registry.ts';
import { startRegistry } from '../../test/fakes/registry/start-registry.ts';
import { parseImageName } from '../model/image-ref.ts';
import { silentLog } from '../model/log.ts';
import type { AccountIdentity, CloudIdentity } from '../login/ports.ts';
import type { LoginCacheEvent } from '../login/io/login-cache.ts';
import { HttpRegistryClient } from '../pipeline/scan/io/http-registry-client.ts';
import { openLogins, type LoginCacheSettings } from './open-logins.ts';

const registryHost = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const key = { accessKeyId: 'AKIA1', secretAccessKey: 'secret' };
const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const hourMs = 3_600_000;
const purpose = { kind: 'ImageRepository', namespace: 'apps', name: 'web' };
const signal = new AbortController().signal;

before(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  process.env['AWS_ACCESS_KEY_ID'] = key.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = key.secretAccessKey;
});

interface Stage {
  readonly aws: FakeAws;
  readonly registry: FakeRegistry;
  readonly gate: RegistryGate;
  readonly events: LoginCacheEvent[];
  pass(ms: number): void;
  /** The tags of a repository, as an object with this identity sees them. */
  scan(repository?: string, account?: AccountIdentity): Promise<readonly string[]>;
}

async function setStage(
  t: TestContext,
  options: {
    readonly loginCache?: LoginCacheSettings;
    readonly lifetimeMs?: number;
    readonly pageSize?: number;
  } = {},
): Promise<Stage> {
  const base = hastyClock();
  let passedMs = 0;
  const clock = {
    ...base,
    now: () => new Date(base.now().getTime() + passedMs),
    monotonicMs: () => base.monotonicMs() + passedMs,
  };
  const { aws, url, close } = await startAws({
    keys: [key],
    roles: { [role('a')]: () => true, [role('b')]: () => true },
    now: () => clock.now().getTime(),
    ...(options.lifetimeMs === undefined ? {} : { lifetimeMs: options.lifetimeMs }),
  });
  t.after(close);
  let gate: RegistryGate | undefined;
  const { registry, host, ...behind } = await startRegistry({
    ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
    server: (inside) => createServer((gate = registryGate(aws, inside)).listener),
  });
  t.after(() => behind.close());
  const proxy = await startHttpProxy({ hosts: { [`${registryHost}:80`]: host }, onlyHosts: true });
  t.after(() => proxy.close());
  const events: LoginCacheEvent[] = [];
  const environment = { AWS_ENDPOINT_URL: url };
  const logins = openLogins({
    clock,
    environment,
    userAgent: 'test',
    observeLogins: (event) => events.push(event),
    ...(options.loginCache === undefined ? {} : { loginCache: options.loginCache }),
  });
  t.after(() => logins.close());
  const client = new HttpRegistryClient({ clock, log: silentLog, userAgent: 'test', random: () => 0 });
  t.after(() => client.close());
  const scan = (repository = 'app', account?: AccountIdentity): Promise<readonly string[]> => {
    const identity: CloudIdentity = { provider: 'aws', route: {}, ...(account && { account }) };
    const image = `${registryHost}/${repository}`;
    const login = logins.registry(image, identity, purpose);
    const way = access({ login, insecure: true, proxy: proxy.url, identity: login.identity });
    return client.listTags(parseImageName(image), way, signal);
  };
  if (gate === undefined) throw new Error('no gate');
  return { aws, registry, gate, events, scan, pass: (ms) => (passedMs += ms) };
}

function account(name: string): AccountIdentity {
  return {
    namespace: 'apps',
    name,
    annotations: { 'eks.amazonaws.com/role-arn': role(name) },
    requestToken: async () => 'token',
  };
}

const exchange = 'ecr:GetAuthorizationToken';

test('a thousand scans with one identity cause one exchange for each lifetime', async (t) => {
  const { aws, registry, scan, pass, gate } = await setStage(t);
  for (let n = 0; n < 10; n += 1) registry.push(`app-${n}`, '1.0.0');
  await Promise.all(Array.from({ length: 500 }, (_, n) => scan(`app-${n % 10}`)));
  assert.equal(aws.count(exchange), 1);
  // Twelve hours are more than a login is kept for.
  pass(hourMs + 1);
  await Promise.all(Array.from({ length: 500 }, (_, n) => scan(`app-${n % 10}`)));
  assert.equal(aws.count(exchange), 2);
  assert.ok(gate.passages.every(({ status }) => status !== 403));
});

test('a short login is renewed before it ends', async (t) => {
  const { aws, registry, scan, pass, gate } = await setStage(t, { lifetimeMs: 1_000_000 });
  registry.push('app', '1.0.0');
  await scan();
  pass(790_000);
  await scan();
  assert.equal(aws.count(exchange), 1);
  pass(20_000);
  await scan();
  assert.equal(aws.count(exchange), 2);
  assert.ok(gate.passages.every(({ status }) => status !== 403));
});

test('two identities never share a login, and one shares its login between repositories', async (t) => {
  const { aws, registry, scan, gate } = await setStage(t);
  registry.push('app', '1.0.0');
  registry.push('other', '1.0.0');
  await Promise.all([
    scan(),
    scan('app', account('a')),
    scan('app', account('b')),
    scan('other', account('a')),
  ]);
  assert.equal(aws.count('sts:AssumeRoleWithWebIdentity'), 2);
  assert.equal(aws.count(exchange), 3);
  const shown = new Set(gate.passages.flatMap(({ accessKeyId }) => accessKeyId ?? []));
  assert.equal(shown.size, 3);
  const assumed = aws.calls.flatMap(({ form }) => form['RoleSessionName'] ?? []);
  assert.deepEqual(new Set(assumed), new Set(['a.apps.eu-west-1.fluxcd.io', 'b.apps.eu-west-1.fluxcd.io']));
});

test('a login that the registry does not take any more is dropped, and another one tried once', async (t) => {
  const { aws, registry, scan, gate } = await setStage(t);
  registry.push('app', '1.0.0');
  await scan();
  aws.revokeLogins();
  assert.deepEqual(await scan(), ['1.0.0']);
  assert.equal(aws.count(exchange), 2);
  assert.equal(gate.passages.filter(({ status }) => status === 403).length, 1);
});

test('without a cache, and with logins that say they have ended, it works all the same', async (t) => {
  const none = await setStage(t, { loginCache: { maxSize: 0, maxDurationMs: hourMs } });
  none.registry.push('app', '1.0.0');
  assert.deepEqual(await none.scan(), ['1.0.0']);
  assert.deepEqual(await none.scan(), ['1.0.0']);
  assert.equal(none.aws.count(exchange), 2);
  assert.deepEqual(
    none.events.map(({ type, size }) => `${type} ${size}`),
    ['miss 0', 'exchanged 0', 'miss 0', 'exchanged 0'],
  );
});

test('with a login at hand a scan costs no more requests than its pages', async (t) => {
  const { aws, registry, scan, gate } = await setStage(t, { pageSize: 10 });
  registry.setTags(
    'app',
    Array.from({ length: 35 }, (_, n) => `1.0.${n}`),
  );
  await scan();
  gate.passages.length = 0;
  aws.calls.length = 0;
  assert.equal((await scan()).length, 35);
  assert.equal(gate.passages.length, 4);
  assert.equal(aws.calls.length, 0);
});
