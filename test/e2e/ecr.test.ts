/** Images of ECR with the whole program: AWS and the registry stand behind a proxy that knows their names, over TLS. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:https';
import { connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { registryGate, type RegistryGate } from '../fakes/aws/registry-gate.ts';
import { startAws, type RunningAws } from '../fakes/aws/start-aws.ts';
import { startHttpProxy } from '../fakes/proxy/http-proxy.ts';
import type { Proxy } from '../fakes/proxy/proxy.ts';
import { startRegistry, type RunningRegistry } from '../fakes/registry/start-registry.ts';
import { canaries } from './harness/canaries.ts';
import { dockerRegistryMissing, startDockerRegistry } from './harness/docker-registry.ts';
import { motoMissing, startMoto } from './harness/moto.ts';
import { authorityMissing, createAuthority, type TestAuthority } from './harness/test-authority.ts';
import { tidemarkIn, type Running, type Tidemark } from './harness/tidemark.ts';
import { waitUntil } from './harness/wait-until.ts';
import { createWorkspace, type Workspace } from './harness/workspace.ts';

const account = '123456789012';
const registryHost = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
const ecrHost = 'api.ecr.us-east-1.amazonaws.com';
const stsHost = 'sts.us-east-1.amazonaws.com';
const names = [registryHost, ecrHost, stsHost];
const key = {
  accessKeyId: 'ASIACANARYKEYID12345',
  secretAccessKey: 'CANARY-aws-secret-key',
  sessionToken: 'CANARY-aws-session-token',
};
const role = `arn:aws:iam::${account}:role/reader`;
const webToken = 'CANARY-web-identity-token';
const mark = 'CANARY-handed-out-';
const secrets = [key.secretAccessKey, key.sessionToken, webToken, mark];

interface Ready {
  readonly Ready: string;
  readonly message: string;
}

/** Objects, a trusted authority and a proxy for them, and ways to look at what came of it. */
interface Stage {
  readonly workspace: Workspace;
  readonly where: readonly string[];
  program(env: Readonly<Record<string, string>>): Tidemark;
  readiness(tidemark: Tidemark): Promise<Ready>;
  leaks(tidemarks: readonly Tidemark[]): readonly unknown[];
}

function setStage({
  workspace,
  authority,
  proxy,
}: {
  workspace: Workspace;
  authority: TestAuthority;
  proxy: Proxy;
}): Stage {
  const secret = (name: string, data: Readonly<Record<string, string>>): void => {
    for (const [file, value] of Object.entries(data)) workspace.write(`secrets/apps/${name}/${file}`, value);
  };
  secret('authority', { 'ca.crt': authority.ca });
  secret('proxy', { address: proxy.url });
  workspace.write(
    'objects/web.yaml',
    `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps}
spec:
  image: ${registryHost}/team/web
  interval: 1s
  timeout: 30s
  provider: aws
  certSecretRef: {name: authority}
  proxySecretRef: {name: proxy}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: apps}
spec:
  imageRepositoryRef: {name: web}
  policy: {semver: {range: '>=1.0.0'}}
`,
  );
  const folders = ['--state', workspace.path('state'), '--secrets', workspace.path('secrets')];
  const where = ['-f', workspace.path('objects'), ...folders];
  const planted = canaries(secrets);
  return {
    workspace,
    where,
    program: (env) =>
      tidemarkIn(workspace, { env: { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-north-1', ...env } }),
    readiness: async (tidemark) => {
      const { status } = await repositoryOf(where, tidemark);
      const found = status?.conditions?.find(({ type }) => type === 'Ready');
      return { Ready: found?.status ?? '', message: found?.message ?? '' };
    },
    leaks: (tidemarks) => [
      ...tidemarks.flatMap((one) => planted.searchBytes('output', one.transcript())),
      ...planted.searchFolder(workspace.root, (path) =>
        /\/(?:secrets|authority|registry-\d+|own)\//.test(path),
      ),
    ],
  };
}

/** Our front of ECR and STS, with a registry that only its logins open; all of it on HTTPS. */
interface Front extends Stage {
  readonly aws: RunningAws['aws'];
  readonly registry: RunningRegistry['registry'];
  readonly gate: RegistryGate;
  readonly proxy: Proxy;
}

async function startFront(t: TestContext, options: { readonly lifetimeMs?: number } = {}): Promise<Front> {
  const workspace = createWorkspace(t);
  const authority = createAuthority(workspace);
  const certificate = authority.issue(...names);
  const {
    aws,
    host: awsHost,
    close,
  } = await startAws({
    keys: [key],
    roles: { [role]: (token) => token === webToken },
    mark,
    ...options,
    server: (listener) => createServer(certificate, listener),
  });
  t.after(close);
  let gate: RegistryGate | undefined;
  const { registry, host, ...behind } = await startRegistry({
    pageSize: 10,
    server: (inside): Server => createServer(certificate, (gate = registryGate(aws, inside)).listener),
  });
  t.after(() => behind.close());
  const hosts = { [registryHost]: host, [ecrHost]: awsHost, [stsHost]: awsHost };
  const proxy = await startHttpProxy({ hosts, onlyHosts: true });
  t.after(() => proxy.close());
  if (gate === undefined) throw new Error('no gate');
  return { ...setStage({ workspace, authority, proxy }), aws, registry, gate, proxy };
}

/** A program that ends with its test, however that goes. */
function started(t: TestContext, tidemark: Tidemark, ...args: readonly string[]): Running {
  const running = tidemark.start(...args);
  t.after(() => running.kill('SIGKILL'));
  return running;
}

const keys = {
  AWS_ACCESS_KEY_ID: key.accessKeyId,
  AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  AWS_SESSION_TOKEN: key.sessionToken,
};

suite('ECR', { skip: authorityMissing() }, () => {
  test('keys of the environment: nothing but the registry and the API of its region is asked, and one login serves every scan', async (t) => {
    const front = await startFront(t);
    const { aws, registry, gate, proxy, where } = front;
    registry.setTags(
      'team/web',
      Array.from({ length: 35 }, (_, n) => `1.0.${n}`),
    );
    const tidemark = front.program(keys);
    const running = started(t, tidemark, 'run', ...where, '--listen', '127.0.0.1:0', '--log-level', 'debug');
    const scans = (): number => gate.passages.filter(({ path }) => /tags\/list\?n=\d+$/.test(path)).length;
    await waitUntil(() => scans() >= 4, { what: 'four scans' });
    registry.push('team/web', '1.1.0');
    const policy = (): Promise<{ stdout: string }> =>
      tidemark.run('get', 'image', 'policy', 'web', '-n', 'apps', ...where);
    await waitUntil(async () => (await policy()).stdout.includes('1.1.0'), { what: 'the new tag' });
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(running.output())?.[0] ?? '';
    const metrics = await (await fetch(`${address}/metrics`)).text();
    assert.match(
      metrics,
      /^gotk_token_cache_events_total\{event_type="cache_hit",kind="ImageRepository",name="web",namespace="apps",operation="reconcile"\} [1-9]/m,
    );
    assert.match(metrics, /^gotk_token_cached_items 1$/m);
    const { Ready, message } = await front.readiness(tidemark);
    assert.match(`${Ready} ${message}`, /^True successful scan: found 36 tags/);
    await running.stop();
    assert.deepEqual(
      aws.calls.map(({ action, region, accessKeyId }) => [action, region, accessKeyId]),
      [['ecr:GetAuthorizationToken', 'us-east-1', key.accessKeyId]],
    );
    assert.deepEqual([...proxy.counts.keys()].toSorted(), [registryHost, ecrHost].toSorted());
    // One question without a login to see what the registry wants, then pages alone.
    const asked = gate.passages.filter(({ status }) => status !== 0);
    assert.deepEqual(
      asked.map(({ path, status }) => `${status} ${path}`),
      ['401 /v2/'],
    );
    assert.deepEqual(front.leaks([tidemark]), []);
  });

  test('a login that ends in between is renewed before it does, and one that is revoked is replaced', async (t) => {
    const front = await startFront(t, { lifetimeMs: 4000 });
    const { aws, registry, gate, where } = front;
    registry.push('team/web', '1.0.0');
    const tidemark = front.program(keys);
    const running = started(t, tidemark, 'run', ...where, '--listen', 'off');
    await waitUntil(() => aws.count('ecr:GetAuthorizationToken') >= 3, { what: 'two renewals' });
    aws.revokeLogins();
    await waitUntil(() => gate.passages.some(({ status }) => status === 403), {
      what: 'a login that is refused',
    });
    const after = gate.passages.length;
    await waitUntil(() => gate.passages.slice(after).some(({ status }) => status === 0), {
      what: 'another scan',
    });
    assert.equal((await front.readiness(tidemark)).Ready, 'True');
    await running.stop();
    assert.deepEqual(front.leaks([tidemark]), []);
  });

  test('a pod: the token that the cluster has mounted is exchanged at the STS of the region, through the proxy', async (t) => {
    const front = await startFront(t);
    const { aws, registry, proxy, workspace, where } = front;
    registry.push('team/web', '1.0.0');
    const file = workspace.write('own/token', webToken);
    const tidemark = front.program({ AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: file });
    const once = await tidemark.run('run', '--once', '--listen', 'off', '--log-level', 'debug', ...where);
    assert.equal(once.code, 0, once.stderr);
    assert.deepEqual(
      aws.calls.map(({ action }) => action),
      ['sts:AssumeRoleWithWebIdentity', 'ecr:GetAuthorizationToken'],
    );
    assert.match(aws.calls[1]?.accessKeyId ?? '', /^ASIA/);
    assert.deepEqual([...proxy.counts.keys()].toSorted(), [registryHost, ecrHost, stsHost].toSorted());
    assert.deepEqual(front.leaks([tidemark]), []);
  });

  test('each way to fail is told in the status, and shows no secret', async (t) => {
    const front = await startFront(t);
    const { aws, registry, workspace, where } = front;
    registry.push('team/web', '1.0.0');
    const file = workspace.write('own/token', 'CANARY-web-identity-token of somebody else');
    const used: Tidemark[] = [];
    const fail = async (env: Readonly<Record<string, string>>, expected: RegExp): Promise<void> => {
      const tidemark = front.program(env);
      used.push(tidemark);
      const once = await tidemark.run('run', '--once', '--listen', 'off', '--log-level', 'debug', ...where);
      assert.equal(once.code, 1, once.stderr);
      const { Ready, message } = await front.readiness(tidemark);
      assert.equal(Ready, 'False');
      assert.match(message, /^scan failed: /);
      assert.match(message, expected);
    };
    await fail({}, /there are no AWS credentials here/);
    await fail({ AWS_PROFILE: 'nobody' }, /AWS credentials/);
    await fail(
      { ...keys, AWS_SECRET_ACCESS_KEY: 'CANARY-aws-secret-key-that-is-wrong' },
      /does not take the signature .*check the secret access key/,
    );
    await fail({ ...keys, AWS_ACCESS_KEY_ID: 'ASIANOBODY' }, /does not know the access key/);
    await fail(
      { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: file },
      /does not allow sts:AssumeRoleWithWebIdentity.*check the trust policy of the role/,
    );
    const echo = JSON.stringify({
      __type: 'Other',
      message: `had ${key.sessionToken} and ${key.secretAccessKey}`,
    });
    const mend = aws.fault({ status: 400, body: echo });
    await fail(keys, /\(Other: had \*\*\* and \*\*\*\)/);
    mend();
    aws.fault({
      status: 400,
      body: '{"__type":"AccessDeniedException","message":"User: arn:aws:iam::1:user/x is not authorized"}',
    });
    await fail(
      keys,
      /does not allow ecr:GetAuthorizationToken .*User: arn:aws:iam::1:user\/x is not authorized/,
    );
    assert.deepEqual(front.leaks(used), []);
  });
});

interface Repository {
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string; message: string }[];
    readonly lastScanResult?: { readonly revision: string };
  };
}

async function repositoryOf(where: readonly string[], tidemark: Tidemark): Promise<Repository> {
  const { stdout } = await tidemark.run(
    'get',
    'image',
    'repository',
    'web',
    '-n',
    'apps',
    '-o',
    'json',
    ...where,
  );
  const answer = JSON.parse(stdout) as Repository & { readonly items?: readonly Repository[] };
  return answer.items?.[0] ?? answer;
}

suite(
  'moto, and a real registry behind the login that it hands out',
  { skip: authorityMissing() || dockerRegistryMissing() || motoMissing() },
  () => {
    /** Speaks TLS in front of a port that does not. */
    async function wrap(
      t: TestContext,
      certificate: { key: string; cert: string },
      port: number,
    ): Promise<string> {
      const server = createTlsServer(certificate, (socket) => {
        const inside = connect(port, '127.0.0.1');
        for (const [one, other] of [
          [socket, inside],
          [inside, socket],
        ] as const)
          one.on('error', () => other.destroy()).pipe(other);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.after(() => server.close());
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    for (const [title, identity] of [
      ['with keys', keys],
      ['with a web identity', { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: 'own/token' }],
    ] as const) {
      test(`tags are scanned ${title}, although its logins end in 2015`, async (t) => {
        const workspace = createWorkspace(t);
        const authority = createAuthority(workspace);
        const moto = await startMoto(t);
        const registry = await startDockerRegistry(t, workspace, {
          username: 'AWS',
          password: `${account}-auth-token`,
        });
        for (const tag of ['1.0.0', '1.2.0', 'latest']) await registry.push('team/web', tag);
        const host = await wrap(t, authority.issue(registryHost), Number(registry.host.split(':')[1]));
        const proxy = await startHttpProxy({
          hosts: { [registryHost]: host, [moto.host]: moto.host },
          onlyHosts: true,
        });
        t.after(() => proxy.close());
        const stage = setStage({ workspace, authority, proxy });
        workspace.write('own/token', webToken);
        const endpoints = { AWS_ENDPOINT_URL_ECR: moto.url, AWS_ENDPOINT_URL_STS: moto.url };
        const tidemark = stage.program({ ...endpoints, ...identity });
        const once = await tidemark.run('run', '--once', '--listen', 'off', ...stage.where);
        assert.equal(once.code, 0, once.stderr);
        assert.match((await stage.readiness(tidemark)).message, /^successful scan: found 3 tags/);
        assert.deepEqual(stage.leaks([tidemark]), []);
      });
    }
  },
);
