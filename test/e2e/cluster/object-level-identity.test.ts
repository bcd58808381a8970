/** Objects that name a service account, in a real cluster: its token is asked for, exchanged, and used for nothing else. */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { serviceAccounts } from '../../../src/store/kubernetes/service-accounts.ts';
import { registryGate, type RegistryGate } from '../../fakes/aws/registry-gate.ts';
import { startAws, type RunningAws } from '../../fakes/aws/start-aws.ts';
import { startHttpProxy } from '../../fakes/proxy/http-proxy.ts';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { canaries } from '../harness/canaries.ts';
import { freePort } from '../harness/free-port.ts';
import { createAuthority } from '../harness/test-authority.ts';
import { tidemarkIn, type Running } from '../harness/tidemark.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { clientOf, connectionTo } from './harness/admin-client.ts';
import { controlPlaneMissing, startControlPlane, type ControlPlane } from './harness/control-plane.ts';
import { limitedKubeconfig } from './harness/limited-kubeconfig.ts';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const names = [host, 'api.ecr.eu-west-1.amazonaws.com', 'sts.eu-west-1.amazonaws.com'];
const role = 'arn:aws:iam::123456789012:role/reader';
const controllerAccount = { namespace: 'flux-system', name: 'tidemark' };
const mark = 'CANARY-handed-out-';

/** What a token of the cluster claims; the API server is asked elsewhere whether it has signed it. */
interface Claims {
  readonly aud: readonly string[];
  readonly sub: string;
  readonly exp: number;
  readonly iat: number;
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
}

suite('identities of objects', { skip: controlPlaneMissing() }, () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace = createWorkspace(ending);
  const tidemark = tidemarkIn(workspace, {
    env: { AWS_EC2_METADATA_DISABLED: 'true', AWS_CA_BUNDLE: workspace.path('authority.pem') },
  });
  const tokens: string[] = [];
  let controlPlane: ControlPlane;
  let aws: RunningAws['aws'];
  let registry: RunningRegistry['registry'];
  let gate: RegistryGate;
  let running: Running | undefined;
  let metricsPort = 0;
  const kubectl = (...args: string[]): string => controlPlane.kubectl(['-n', 'apps', ...args]);
  const apply = (...objects: object[]): string =>
    controlPlane.kubectl(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'));

  before(async () => {
    controlPlane = await startControlPlane();
    endings.push(() => controlPlane.stop());
    controlPlane.kubectl(['apply', '-k', join(deploy, 'standalone')]);
    controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const authority = createAuthority(workspace);
    writeFileSync(workspace.path('authority.pem'), authority.ca);
    const certificate = authority.issue(...names);
    const takes = (token: string): boolean => {
      tokens.push(token);
      return claimsOf(token).sub === 'system:serviceaccount:apps:reader';
    };
    const cloud = await startAws({
      roles: { [role]: takes },
      mark,
      server: (listener) => createServer(certificate, listener),
    });
    endings.push(() => cloud.close());
    aws = cloud.aws;
    const behind = await startRegistry({
      server: (inside) => createServer(certificate, (gate = registryGate(aws, inside)).listener),
    });
    endings.push(() => behind.close());
    registry = behind.registry;
    registry.push('team/web', '1.0.0');
    const [, ...apis] = names;
    const hosts = {
      [host]: behind.host,
      ...Object.fromEntries(apis.map((name) => [name, cloud.host])),
    };
    const proxy = await startHttpProxy({ hosts, onlyHosts: true });
    endings.push(() => proxy.close());
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } });
    apply(
      secret('proxy', { address: proxy.url }),
      secret('authority', { 'ca.crt': authority.ca }),
      account('reader', { 'eks.amazonaws.com/role-arn': role }),
      account('stranger', { 'eks.amazonaws.com/role-arn': role }),
      account('plain', {}),
      repository('web', 'reader'),
    );
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  function secret(name: string, stringData: object): object {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'apps', name }, stringData };
  }

  function account(name: string, annotations: object): object {
    return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'apps', name, annotations } };
  }

  function repository(name: string, serviceAccountName: string): object {
    return {
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImageRepository',
      metadata: { namespace: 'apps', name },
      spec: {
        image: `${host}/team/web`,
        interval: '1h',
        timeout: '30s',
        provider: 'aws',
        serviceAccountName,
        proxySecretRef: { name: 'proxy' },
        certSecretRef: { name: 'authority' },
      },
    };
  }

  async function start(...flags: readonly string[]): Promise<void> {
    await running?.stop();
    metricsPort = await freePort();
    running = tidemark.start(
      'controller',
      `--kubeconfig=${limitedKubeconfig(controlPlane, workspace, controllerAccount)}`,
      `--storage-path=${workspace.path('storage')}`,
      '--health-addr=off',
      `--metrics-addr=127.0.0.1:${metricsPort}`,
      '--min-retry-delay=100ms',
      '--max-retry-delay=200ms',
      '--log-level=debug',
      ...flags,
    );
    const { pid } = running;
    endings.push(() => (running?.pid === pid ? running.stop() : undefined));
  }

  async function untilTold(name: string, pattern: RegExp): Promise<void> {
    await waitUntil(
      () => {
        assert.match(kubectl('get', 'imagerepository', name, '-o', 'json'), pattern);
        return true;
      },
      { what: `${String(pattern)} of ${name}`, timeoutMs: 60_000 },
    );
  }

  test('the API server gives a token of the account for one audience, and says whose it is', async () => {
    const client = clientOf(connectionTo(controlPlane));
    endings.push(() => client.close());
    const accounts = serviceAccounts(client);
    const key = { namespace: 'apps', name: 'reader' };
    assert.deepEqual((await accounts.get(key))?.annotations['eks.amazonaws.com/role-arn'], role);
    assert.equal(await accounts.get({ ...key, name: 'nobody' }), undefined);
    const { signal } = new AbortController();
    const token = await accounts.requestToken(key, 'sts.amazonaws.com', signal);
    const { aud, sub, exp, iat } = claimsOf(token);
    assert.deepEqual(
      [aud, sub, exp - iat],
      [['sts.amazonaws.com'], 'system:serviceaccount:apps:reader', 600],
    );
    const review = (await client.request({
      verb: 'create',
      resource: {
        kind: 'TokenReview',
        apiVersion: 'authentication.k8s.io/v1',
        plural: 'tokenreviews',
        namespaced: false,
      },
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences: ['sts.amazonaws.com'] },
      },
    })) as { readonly status: { readonly authenticated?: boolean } };
    assert.equal(review.status.authenticated, true);
    await assert.rejects(accounts.requestToken({ ...key, name: 'nobody' }, 'x', signal), {
      code: 'NotFound',
    });
  });

  test('with the gate off the object is stalled, and says what to turn on', async () => {
    await start();
    await untilTold('web', /"reason": "FeatureGateDisabled"/);
    await untilTold('web', /please enable the ObjectLevelWorkloadIdentity feature gate in the controller/);
  });

  test('with the permissions of deploy/base alone no token is given, and the component is named', async () => {
    await start('--feature-gates=ObjectLevelWorkloadIdentity=true');
    await untilTold(
      'web',
      /failed to create kubernetes token for service account 'apps\/reader': not allowed to create serviceaccounts\/token in namespace \\"apps\\".*apply the component deploy\/components\/object-level-identity/,
    );
    assert.equal(tokens.length, 0);
  });

  test('with the component the role of the account reads the registry, and no other account does', async () => {
    mkdirSync(workspace.path('install'));
    const lead = (name: string): string =>
      relative(realpathSync(workspace.path('install')), join(deploy, name));
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [lead('standalone')],
      components: [lead('components/object-level-identity')],
    };
    workspace.write('install/kustomization.yaml', stringify(kustomization));
    controlPlane.kubectl(['apply', '-k', workspace.path('install')]);
    await untilTold('web', /"message": "successful scan: found 1 tags/);
    assert.deepEqual(
      aws.calls.map(({ action, form }) => [action, form['RoleSessionName']]),
      [
        ['sts:AssumeRoleWithWebIdentity', 'reader.apps.eu-west-1.fluxcd.io'],
        ['ecr:GetAuthorizationToken', undefined],
      ],
    );
    assert.deepEqual(claimsOf(tokens[0] ?? '').aud, ['sts.amazonaws.com']);

    apply(repository('strange', 'stranger'), repository('plain', 'plain'), repository('gone', 'nobody'));
    await untilTold(
      'strange',
      /does not allow sts:AssumeRoleWithWebIdentity to service account 'apps\/stranger' as role '[^']+reader'/,
    );
    await untilTold('plain', /invalid eks\.amazonaws\.com\/role-arn annotation: ''/);
    await untilTold(
      'gone',
      /failed to get service account 'apps\/nobody': serviceaccounts \\"nobody\\" not found/,
    );
    assert.equal(aws.count('ecr:GetAuthorizationToken'), 1);
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    assert.match(
      metrics,
      /gotk_token_cache_events_total\{event_type="cache_miss",kind="ImageRepository",name="web"/,
    );
  });

  test('without a cache of tokens each scan has its own', async () => {
    await start('--feature-gates=ObjectLevelWorkloadIdentity=true', '--token-cache-max-size=0');
    const before = aws.count('ecr:GetAuthorizationToken');
    for (const round of [1, 2]) {
      kubectl(
        'annotate',
        '--overwrite',
        'imagerepository',
        'web',
        `reconcile.fluxcd.io/requestedAt=${round}`,
      );
      await untilTold('web', new RegExp(`"lastHandledReconcileAt": "${round}"`));
    }
    assert.ok(aws.count('ecr:GetAuthorizationToken') >= before + 2);
    assert.ok(gate.passages.every(({ status }) => status !== 403));
  });

  test('no token and no key is in what it said, stored or told the cluster', async () => {
    await running?.stop();
    const planted = canaries([mark, ...tokens]);
    assert.ok(tokens.length > 1);
    assert.deepEqual(
      [
        ...planted.searchBytes('output', tidemark.transcript()),
        ...planted.searchFolder(workspace.path('storage')),
        ...planted.searchFolder(workspace.path('tmp')),
        ...planted.searchBytes('objects', kubectl('get', 'imagerepositories,events', '-o', 'json')),
      ],
      [],
    );
  });
});
