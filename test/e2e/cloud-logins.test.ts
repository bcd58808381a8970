/** Registries of Azure and Google Cloud and a repository of Azure DevOps under their real names, reached through a proxy that leads to local servers. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { suite, test, type TestContext } from 'node:test';
import { startHosts, type HostStage } from '../builders/host-stage.ts';
import { registryBehind } from '../builders/registry-behind.ts';
import { FakeAcr } from '../fakes/azure/fake-acr.ts';
import { FakeEntra } from '../fakes/azure/fake-entra.ts';
import { FakeGoogle } from '../fakes/gcp/fake-google.ts';
import { serveGit } from '../fakes/git-server/git-backend.ts';
import { createBareRepository } from './harness/bare-repository.ts';
import { canaries } from './harness/canaries.ts';
import { serviceFile, serviceYaml } from './harness/one-service.ts';
import { tidemarkIn } from './harness/tidemark.ts';
import { waitUntil } from './harness/wait-until.ts';
import { createWorkspace } from './harness/workspace.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const clientId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const secret = 'CANARY-azure-client-secret';
const app = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: secret };
const acrHost = 'shop.azurecr.io';
const garHost = 'europe-docker.pkg.dev';
const devOpsAudience = '499b84ac-1321-427f-aa17-267ca6975798';
const scopes = ['https://containerregistry.azure.net/.default', `${devOpsAudience}/.default`];
const email = 'puller@project.iam.gserviceaccount.com';

function azure() {
  const entra = new FakeEntra({ tenants: { [tenant]: { [clientId]: { secret } } }, scopes });
  const acr = new FakeAcr({ host: acrHost, entra, tenant, pullers: [clientId] });
  const { registry, listener } = registryBehind(
    '00000000-0000-0000-0000-000000000000',
    () => acr.refreshToken,
  );
  registry.push('web', '1.0.0');
  const hosts = {
    'login.microsoftonline.com': entra.listener,
    [acrHost]: ((request, response) =>
      request.url === '/oauth2/exchange'
        ? acr.listener(request, response)
        : listener(request, response)) as RequestListener,
  };
  return { entra, acr, registry, hosts };
}

function scanned(provider: string, image: string, { ca, proxy }: HostStage): string {
  const indented = ca.trim().replaceAll('\n', '\n    ');
  return `apiVersion: v1
kind: Secret
metadata: {name: way, namespace: apps}
stringData:
  address: ${proxy.url}
  ca.crt: |
    ${indented}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps}
spec:
  image: ${image}
  interval: 1s
  timeout: 60s
  provider: ${provider}
  proxySecretRef: {name: way}
  certSecretRef: {name: way}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: apps}
spec:
  imageRepositoryRef: {name: web}
  policy: {semver: {range: '>=1.0.0'}}
`;
}

/** The program in a workspace whose objects are `yaml`, and the search for secrets in everything that it leaves behind. */
function program(t: TestContext, yaml: string, env: Readonly<Record<string, string>>) {
  const workspace = createWorkspace(t);
  workspace.write('objects/all.yaml', yaml);
  const tidemark = tidemarkIn(workspace, { env });
  const where = ['-f', workspace.path('objects'), '--state', workspace.path('state'), '--log-level', 'debug'];
  const assertSecret = (secrets: readonly string[]): void => {
    const planted = canaries(secrets);
    const leaks = [
      ...planted.searchBytes('output', tidemark.transcript()),
      ...['state', 'tmp', 'home'].flatMap((folder) => planted.searchFolder(workspace.path(folder))),
    ];
    assert.deepEqual(leaks, []);
  };
  return { workspace, tidemark, where, assertSecret };
}

suite('logins of clouds', () => {
  test('an image of Azure is scanned with one exchange for many scans, and another one when the token is taken back', async (t) => {
    const { entra, acr, registry, hosts } = azure();
    const world = await startHosts(t, hosts);
    const { tidemark, where, assertSecret } = program(t, scanned('azure', `${acrHost}/web`, world), app);
    const running = tidemark.start('run', ...where);
    t.after(() => running.stop());
    const scans = (): number =>
      registry.requests.filter(({ path, status }) => path.endsWith('/tags/list') && status === 200).length;
    await waitUntil(() => scans() >= 3, { what: 'three scans' });
    assert.deepEqual([entra.calls.length, acr.calls.length], [1, 1]);
    const first = acr.refreshToken;
    acr.refreshToken = 'taken back';
    registry.tokens.revokeAll();
    registry.push('web', '1.1.0');
    await running.waitForOutput(/1\.1\.0/);
    assert.deepEqual([entra.calls.length, acr.calls.length], [2, 2]);
    assert.deepEqual(new Set(world.proxy.counts.keys()), new Set(['login.microsoftonline.com', acrHost]));
    await running.stop();
    assertSecret([secret, first, acr.refreshToken, ...entra.issued.keys()]);
  });

  test('an image of Google Cloud is scanned with the key of a service account', async (t) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const google = new FakeGoogle({ keys: { [email]: { id: 'key-1', publicKey } } });
    const { registry, listener } = registryBehind('oauth2accesstoken', () => google.registryToken);
    registry.push('project/repo/web', '2.0.0');
    const world = await startHosts(t, { 'oauth2.googleapis.com': google.listener, [garHost]: listener });
    const yaml = scanned('gcp', `${garHost}/project/repo/web`, world);
    const { workspace, where, assertSecret } = program(t, yaml, {});
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const key = { type: 'service_account', client_email: email, private_key_id: 'key-1', private_key: pem };
    const file = workspace.write('key.json', JSON.stringify(key));
    const withKey = tidemarkIn(workspace, { env: { GOOGLE_APPLICATION_CREDENTIALS: file } });
    const { code, stdout, stderr } = await withKey.run('run', '--once', ...where);
    assert.equal(code, 0, stderr);
    assert.match(`${stdout}${stderr}`, /found 1 tags?/);
    assert.deepEqual(new Set(world.proxy.counts.keys()), new Set(['oauth2.googleapis.com', garHost]));
    assert.equal(google.calls.length, 1);
    const without = await tidemarkIn(workspace, { env: { GCE_METADATA_HOST: '127.0.0.1:1' } }).run(
      'run',
      '--once',
      ...where,
    );
    assert.match(
      `${without.stdout}${without.stderr}`,
      /scan failed: this machine has no identity for Google Cloud: /,
    );
    const secrets = [...google.issued.keys(), pem.split('\n')[5] ?? pem];
    const said = `${stdout}${stderr}${without.stdout}${without.stderr}`;
    assert.deepEqual(canaries(secrets).searchBytes('output', said), []);
    assertSecret(secrets);
  });

  test('what goes wrong at each step is said in the scan, and nothing of what was shown', async (t) => {
    const { entra, acr, registry, hosts } = azure();
    const world = await startHosts(t, hosts);
    const yaml = scanned('azure', `${acrHost}/web`, world);
    const wrong = 'CANARY-wrong-secret';
    const attempt = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const { tidemark, where, assertSecret } = program(t, yaml, { ...app, ...env });
      const { code, stdout, stderr } = await tidemark.run('run', '--once', ...where);
      assert.equal(code, 1, stderr);
      assertSecret(
        [secret, wrong, acr.refreshToken, ...entra.issued.keys()].filter((text) => text !== 'none yet'),
      );
      return `${stdout}${stderr}`;
    };
    assert.match(
      await attempt({ AZURE_CLIENT_SECRET: wrong }),
      /scan failed: Microsoft Entra ID refused \(AADSTS7000215, 401\)/,
    );
    assert.match(await attempt({ AZURE_TENANT_ID: 'nobody.example.com' }), /scan failed: .*AADSTS90002/);
    entra.faults.throttled = { times: 9, retryAfter: '300' };
    assert.match(
      await attempt({}),
      /scan failed: Microsoft Entra ID limits requests \(429\); it asks to wait 300 s/,
    );
    entra.faults.throttled = { times: 0 };
    acr.faults.throttled = { times: 9, status: 401 };
    assert.match(await attempt({}), /scan failed: the registry shop\.azurecr\.io refused \(401\)/);
    acr.faults.throttled = { times: 0 };
    registry.fault({ on: 'token', answer: { kind: 'status', status: 401 } });
    assert.match(await attempt({}), /scan failed: .*401/);
    const otherHost = yaml.replace(`image: ${acrHost}/web`, 'image: registry.example.com/web');
    const { tidemark, where } = program(t, otherHost, app);
    const { stdout, stderr } = await tidemark.run('run', '--once', ...where);
    assert.match(
      `${stdout}${stderr}`,
      /scan failed: invalid Azure registry: 'registry\.example\.com'\. must match /,
    );
    assert.equal(world.proxy.counts.get('registry.example.com'), undefined);
  });

  test('a repository of Azure DevOps is read and pushed to with a token for it, which no file and no argument ever holds', async (t) => {
    const { entra, acr, registry, hosts } = azure();
    const workspace = createWorkspace(t);
    const root = workspace.makeFolder('git');
    const path = 'org/project/_git/fleet';
    const image = `${acrHost}/web`;
    const fleet = createBareRepository(`${root}/${path}`, ['main'], {
      [serviceFile]: serviceYaml(image, '0.9.0'),
    });
    const pushed: string[] = [];
    const devOps: RequestListener = (request, response) => {
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      if (entra.issued.get(token)?.['aud'] !== devOpsAudience) return void response.writeHead(401).end();
      if (request.method === 'POST') pushed.push(request.url ?? '');
      return serveGit(request, response, { root, user: 'token' });
    };
    const world = await startHosts(t, { ...hosts, 'dev.azure.com': devOps });
    const yaml = `${scanned('azure', image, world)}---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: apps}
spec:
  interval: 1m
  url: https://dev.azure.com/${path}
  provider: azure
  ref: {branch: main}
  secretRef: {name: way}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: web, namespace: apps}
spec:
  interval: 2s
  sourceRef: {kind: GitRepository, name: fleet}
  git:
    commit: {author: {name: Bot, email: bot@example.com}}
  update: {path: ./}
`;
    workspace.write('objects/all.yaml', yaml);
    // Stands in front of git, and writes down what it is started with.
    const guard = workspace.write(
      'guard/git',
      `#!/bin/sh\nprintf '%s\\n' "$*" >> '${workspace.path('arguments')}'\nenv >> '${workspace.path('environments')}'\nPATH="\${PATH#*:}" exec git "$@"\n`,
    );
    chmodSync(guard, 0o755);
    const env = {
      ...app,
      HTTPS_PROXY: world.proxy.url,
      PATH: `${workspace.path('guard')}:${process.env['PATH'] ?? ''}`,
    };
    const tidemark = tidemarkIn(workspace, { env });
    const where = [
      '-f',
      workspace.path('objects'),
      '--state',
      workspace.path('state'),
      '--log-level',
      'debug',
    ];
    const { code, stdout, stderr } = await tidemark.run('run', '--once', ...where);
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.match(fleet.bytes('main', serviceFile).toString(), /shop\.azurecr\.io\/web:1\.0\.0 #/);
    assert.ok(pushed.some((url) => url.endsWith('/git-receive-pack')));
    assert.ok(registry.requests.length > 0);
    const tokens = [...entra.issued.keys()];
    const planted = canaries([secret, acr.refreshToken, ...tokens]);
    assert.deepEqual(
      [
        ...planted.searchBytes('output', tidemark.transcript()),
        ...planted.searchBytes('arguments', workspace.read('arguments')),
        ...['state', 'tmp', 'home', 'git'].flatMap((folder) => planted.searchFolder(workspace.path(folder))),
      ],
      [],
    );
    const environments = workspace.read('environments');
    assert.deepEqual(
      canaries([secret, acr.refreshToken]).searchBytes('environment of git', environments),
      [],
    );
    for (const name of ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_ID'])
      assert.ok(!environments.includes(name), name);
  });
});
