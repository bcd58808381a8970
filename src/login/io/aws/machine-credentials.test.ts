/** The chain of AWS reads the environment of this process: each test sets all of it that counts. */
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startAws } from '../../../../test/fakes/aws/start-aws.ts';
import { startHttpProxy } from '../../../../test/fakes/proxy/http-proxy.ts';
import { HttpClient } from '../../../http/http-client.ts';
import { MachineCredentials } from './machine-credentials.ts';

const role = 'arn:aws:iam::123456789012:role/machine';
const way = { region: 'eu-west-1', route: {} };
const signal = new AbortController().signal;

/** A home of its own, and nothing of AWS in the environment but `variables`. */
function setEnvironment(t: TestContext, variables: Readonly<Record<string, string>>): string {
  const home = mkdtempSync(join(tmpdir(), 'tidemark-aws-'));
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    HOME: home,
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
    AWS_CONFIG_FILE: join(home, 'config'),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  });
  t.after(() => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
    rmSync(home, { recursive: true, force: true });
  });
  return home;
}

function machine(t: TestContext): MachineCredentials {
  const http = new HttpClient({ userAgent: 'test' });
  t.after(() => http.close());
  return new MachineCredentials(http);
}

/** Answers JSON on loopback. Returns the address. */
async function serve(t: TestContext, answer: (request: IncomingMessage) => unknown): Promise<string> {
  const server = createServer((request, response) => {
    const value = answer(request);
    response.statusCode = value === undefined ? 404 : 200;
    response.end(typeof value === 'string' ? value : JSON.stringify(value ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Nothing of what the library has to say may reach the screen. */
function muteTest(t: TestContext): () => readonly unknown[] {
  const said: unknown[] = [];
  for (const name of ['warn', 'log', 'error', 'info', 'debug'] as const)
    t.mock.method(console, name, (...words: unknown[]) => said.push(words));
  t.mock.method(process, 'emitWarning', (...words: unknown[]) => said.push(words));
  return () => said;
}

test('the environment, and a file that is changed later', async (t) => {
  const said = muteTest(t);
  const home = setEnvironment(t, { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 'one' });
  const first = await machine(t).get(way, signal);
  assert.deepEqual([first.accessKeyId, first.secretAccessKey], ['AKIA1', 'one']);

  process.env['AWS_PROFILE'] = 'work';
  const write = (key: string): void =>
    writeFileSync(
      join(home, 'credentials'),
      `[work]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`,
    );
  write('AKIA2');
  const credentials = machine(t);
  assert.equal((await credentials.get(way, signal)).accessKeyId, 'AKIA2');
  write('AKIA3');
  assert.equal((await credentials.get(way, signal)).accessKeyId, 'AKIA2', 'kept until it is refused');
  credentials.forget(way);
  assert.equal((await credentials.get(way, signal)).accessKeyId, 'AKIA3');
  assert.deepEqual(said(), []);
});

test('a program, whose words stay where they are when it fails', async (t) => {
  const home = setEnvironment(t, { AWS_PROFILE: 'made' });
  const config = (command: string): void =>
    writeFileSync(join(home, 'config'), `[profile made]\ncredential_process = ${command}\n`);
  config(`echo '{"Version":1,"AccessKeyId":"AKIA4","SecretAccessKey":"s"}'`);
  const credentials = machine(t);
  assert.equal((await credentials.get(way, signal)).accessKeyId, 'AKIA4');
  config('echo SECRET >&2; false SECRET');
  credentials.forget(way);
  await assert.rejects(credentials.get(way, signal), (error: Error) => {
    assert.match(error.message, /none that work: .*credential_process/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /SECRET/);
    return true;
  });
});

test('a web identity is exchanged in the region of the registry, through the proxy of the object', async (t) => {
  const said = muteTest(t);
  const { aws, host, close } = await startAws({ roles: { [role]: (token) => token === 'of the pod' } });
  t.after(close);
  const proxy = await startHttpProxy({ hosts: { 'sts.example.com': host }, onlyHosts: true });
  t.after(() => proxy.close());
  const home = setEnvironment(t, {
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere',
    AWS_ENDPOINT_URL_STS: 'http://sts.example.com',
  });
  const file = join(home, 'token');
  writeFileSync(file, 'of the pod');
  process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = file;
  const credentials = machine(t);
  const route = { proxy: proxy.url };
  const { accessKeyId } = await credentials.get({ ...way, route }, signal);
  assert.match(accessKeyId, /^ASIA/);
  assert.equal((await credentials.get({ ...way, route }, signal)).accessKeyId, accessKeyId);
  assert.equal(aws.count('sts:AssumeRoleWithWebIdentity'), 1, 'kept until shortly before they end');
  assert.deepEqual([...proxy.counts.keys()], ['sts.example.com']);

  writeFileSync(file, 'of somebody else');
  credentials.forget({ ...way, route });
  await assert.rejects(credentials.get({ ...way, route }, signal), {
    code: 'LoginFailed',
    message:
      /does not allow sts:AssumeRoleWithWebIdentity.* to the AWS identity of this process \(AccessDenied: Not authorized/,
  });
  assert.deepEqual(said(), []);
});

test('EKS Pod Identity: a token file is shown to the agent on the node, which no proxy leads to', async (t) => {
  const said = muteTest(t);
  const agent = await serve(t, ({ headers }) =>
    headers.authorization === 'of the pod'
      ? { AccessKeyId: 'ASIA5', SecretAccessKey: 's', Token: 't', Expiration: '2099-01-01T00:00:00Z' }
      : undefined,
  );
  const home = setEnvironment(t, { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent}/v1/credentials` });
  writeFileSync(join(home, 'token'), 'of the pod');
  process.env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] = join(home, 'token');
  const route = { proxy: 'http://127.0.0.1:9' };
  const { accessKeyId, sessionToken } = await machine(t).get({ ...way, route }, signal);
  assert.deepEqual([accessKeyId, sessionToken], ['ASIA5', 't']);
  assert.deepEqual(said(), []);
});

test('the metadata of an instance', async (t) => {
  const metadata = await serve(t, ({ url, method }) => {
    if (method === 'PUT') return 'a token';
    if (url?.endsWith('/security-credentials/') === true) return 'node';
    return {
      Code: 'Success',
      AccessKeyId: 'ASIA6',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: '2099-01-01T00:00:00Z',
    };
  });
  setEnvironment(t, {
    AWS_EC2_METADATA_DISABLED: 'false',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata,
  });
  assert.equal((await machine(t).get(way, signal)).accessKeyId, 'ASIA6');
});

test('single sign-on has a region of its own, and says when a person has to sign on again', async (t) => {
  const regions: string[] = [];
  const portal = await serve(t, ({ headers, url }) => {
    regions.push(String(headers['host']), url ?? '');
    return {
      roleCredentials: {
        accessKeyId: 'ASIA7',
        secretAccessKey: 's',
        sessionToken: 't',
        expiration: Date.parse('2099-01-01T00:00:00Z'),
      },
    };
  });
  const home = setEnvironment(t, { AWS_PROFILE: 'person', AWS_ENDPOINT_URL_SSO: portal });
  writeFileSync(
    join(home, 'config'),
    `[profile person]
sso_session = company
sso_account_id = 123456789012
sso_role_name = reader
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-central-1
`,
  );
  const cache = join(home, '.aws/sso/cache');
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${createHash('sha1').update('company').digest('hex')}.json`);
  const session = (expiresAt: string): void =>
    writeFileSync(file, JSON.stringify({ accessToken: 'SECRET', expiresAt, region: 'eu-central-1' }));
  session('2099-01-01T00:00:00Z');
  const credentials = machine(t);
  assert.equal((await credentials.get(way, signal)).accessKeyId, 'ASIA7');
  assert.match(regions.join(' '), /federation\/credentials/);
  session('2020-01-01T00:00:00Z');
  credentials.forget(way);
  await assert.rejects(credentials.get(way, signal), { code: 'LoginFailed', message: /aws sso login/ });
});

test('a machine without credentials says where it has looked, and whoever gives up is let go', async (t) => {
  setEnvironment(t, {});
  await assert.rejects(machine(t).get(way, signal), {
    code: 'LoginFailed',
    message: /^there are no AWS credentials here, .*: looked in the environment/,
  });
  const metadata = await serve(t, () => undefined);
  setEnvironment(t, { AWS_CONTAINER_CREDENTIALS_FULL_URI: metadata });
  await assert.rejects(machine(t).get(way, AbortSignal.abort(new Error('enough'))), { code: 'Aborted' });
});
