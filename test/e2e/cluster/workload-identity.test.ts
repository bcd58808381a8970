/** Service accounts of a real API server as identities at Azure and Google Cloud: its own tokens, verified with its own key. */
import assert from 'node:assert/strict';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type RequestListener } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { startHosts, startPlainHost } from '../../builders/host-stage.ts';
import { registryBehind } from '../../builders/registry-behind.ts';
import { FakeAcr } from '../../fakes/azure/fake-acr.ts';
import { FakeEntra } from '../../fakes/azure/fake-entra.ts';
import { FakeGoogle } from '../../fakes/gcp/fake-google.ts';
import { FakeMetadataServer } from '../../fakes/gcp/fake-metadata-server.ts';
import type { KnownIssuer } from '../../fakes/tokens/token-issuer.ts';
import { canaries } from '../harness/canaries.ts';
import { tidemarkIn, type Running, type Tidemark } from '../harness/tidemark.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const [puller, stranger] = ['aaaaaaaa-0000-0000-0000-000000000001', 'aaaaaaaa-0000-0000-0000-000000000002'];
const acrHost = 'shop.azurecr.io';
const garHost = 'europe-docker.pkg.dev';
const email = 'puller@shop.iam.gserviceaccount.com';
const cluster = { project: 'shop', location: 'europe-west1', name: 'main' };
const pool = 'shop.svc.id.goog';
const providerUrl = 'https://container.googleapis.com/v1/projects/shop/locations/europe-west1/clusters/main';

/** The key that the API server signs tokens with, and the name that it does it under. */
function issuerOf(controlPlane: ControlPlane): KnownIssuer {
  const read = (path: string): unknown => JSON.parse(controlPlane.kubectl(['get', '--raw', path]));
  const { issuer } = read('/.well-known/openid-configuration') as { issuer: string };
  const { keys } = read('/openid/v1/jwks') as { keys: JsonWebKey[] };
  return { issuer, publicKey: createPublicKey({ key: keys[0]!, format: 'jwk' }) };
}

function account(name: string, annotations: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default', annotations } };
}

function repository(name: string, spec: object): object {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageRepository',
    metadata: { name, namespace: 'default' },
    spec: { interval: '1m', ...spec },
  };
}

function azureAccount(name: string, clientId: string): object {
  return account(name, {
    'azure.workload.identity/tenant-id': tenant,
    'azure.workload.identity/client-id': clientId,
  });
}

suite('service accounts as identities at clouds', () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  let controlPlane: ControlPlane;
  let tidemark: Tidemark;
  let controller: Running;
  let entra: FakeEntra;
  let acr: FakeAcr;
  let google: FakeGoogle;
  let asked: () => readonly string[];

  before(async () => {
    controlPlane = await startControlPlane();
    endings.push(() => controlPlane.stop());
    installKinds(controlPlane);
    const issuer = issuerOf(controlPlane);
    const trusts = (name: string) => ({
      federated: { issuer, subject: `system:serviceaccount:default:${name}` },
    });
    const tenants = { [tenant]: { [puller]: trusts('puller'), [stranger]: trusts('stranger') } };
    entra = new FakeEntra({ tenants, scopes: ['https://containerregistry.azure.net/.default'] });
    acr = new FakeAcr({ host: acrHost, entra, tenant, pullers: [puller] });
    google = new FakeGoogle({
      providers: { [`identitynamespace:${pool}:${providerUrl}`]: { issuer, tokenAudience: pool } },
      impersonators: { [email]: ['system:serviceaccount:default:pod'] },
    });
    const shop = registryBehind('00000000-0000-0000-0000-000000000000', () => acr.refreshToken);
    const europe = registryBehind('oauth2accesstoken', () => google.registryToken);
    shop.registry.push('web', '1.0.0');
    europe.registry.push('shop/apps/web', '2.0.0');
    const atShop: RequestListener = (request, response) =>
      (request.url === '/oauth2/exchange' ? acr.listener : shop.listener)(request, response);
    const world = await startHosts(ending, {
      'login.microsoftonline.com': entra.listener,
      'sts.googleapis.com': google.listener,
      'iamcredentials.googleapis.com': google.listener,
      [acrHost]: atShop,
      [garHost]: europe.listener,
    });
    asked = () => [...world.proxy.counts.keys()];
    const metadata = await startPlainHost(ending, new FakeMetadataServer({ google, cluster }).listener);
    const workspace = createWorkspace(ending);
    const env = {
      HTTPS_PROXY: world.proxy.url,
      NODE_EXTRA_CA_CERTS: workspace.write('ca.crt', world.ca),
      GCE_METADATA_HOST: metadata,
    };
    tidemark = tidemarkIn(workspace, { env });
    controller = tidemark.start(
      'controller',
      '--kubeconfig',
      controlPlane.kubeconfig,
      '--storage-path',
      workspace.path('storage'),
      '--health-addr',
      'off',
      '--metrics-addr',
      'off',
      '--feature-gates=ObjectLevelWorkloadIdentity=true',
      '--log-level',
      'debug',
    );
    endings.push(() => controller.stop());
  });

  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  const ready = async (name: string): Promise<string> =>
    waitUntil(
      () => {
        controller.assertAlive();
        const path = '{.status.conditions[?(@.type=="Ready")].message}';
        const text = controlPlane.kubectl(['get', 'imagerepository', name, '-o', `jsonpath=${path}`]);
        return text !== '' && !text.includes('reconciliation in progress') ? text : undefined;
      },
      { what: `a result of ${name}` },
    );
  const apply = (...objects: readonly object[]): void => {
    controlPlane.kubectl(
      ['apply', '-f', '-'],
      objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    );
  };

  test('a service account pulls from Azure as the client that its annotation names, and another one does not', async () => {
    const spec = { provider: 'azure', image: `${acrHost}/web` };
    apply(
      azureAccount('puller', puller),
      azureAccount('stranger', stranger),
      account('plain', {}),
      repository('pulls', { ...spec, serviceAccountName: 'puller' }),
      repository('may-not', { ...spec, serviceAccountName: 'stranger' }),
      repository('has-none', { ...spec, serviceAccountName: 'plain' }),
    );
    assert.match(await ready('pulls'), /successful scan: found 1 tags/);
    assert.match(
      await ready('may-not'),
      /scan failed: the registry shop\.azurecr\.io refused \(401\): .*AcrPull/,
    );
    assert.match(
      await ready('has-none'),
      /scan failed: azure tenant ID is not set in the service account annotation/,
    );
    assert.deepEqual(
      new Set(entra.calls.map(({ form }) => form.get('client_id'))),
      new Set([puller, stranger]),
    );
  });

  test('a service account of GKE pulls from Google Cloud as the service account that it may impersonate', async () => {
    const spec = { provider: 'gcp', image: `${garHost}/shop/apps/web` };
    const annotations = { 'iam.gke.io/gcp-service-account': email };
    apply(
      account('pod', annotations),
      account('other', annotations),
      repository('google-pulls', { ...spec, serviceAccountName: 'pod' }),
      repository('google-may-not', { ...spec, serviceAccountName: 'other' }),
    );
    assert.match(await ready('google-pulls'), /successful scan: found 1 tags/);
    assert.match(
      await ready('google-may-not'),
      /scan failed: the impersonation of puller@\S+ refused \(PERMISSION_DENIED, 403\): service account 'default\/other' may not/,
    );
    assert.equal(google.issued.get(google.registryToken)?.subject, email);
  });

  test('nobody else was asked, and no token is in what was said', async () => {
    assert.deepEqual(
      new Set(asked()),
      new Set([
        'login.microsoftonline.com',
        acrHost,
        garHost,
        'sts.googleapis.com',
        'iamcredentials.googleapis.com',
      ]),
    );
    const shown = [...entra.calls, ...google.calls].flatMap(({ form }) =>
      [form.get('client_assertion'), form.get('subject_token')].filter((text) => text !== null),
    );
    assert.ok(shown.length >= 4);
    const planted = canaries([...shown, acr.refreshToken, ...entra.issued.keys(), ...google.issued.keys()]);
    assert.deepEqual(planted.searchBytes('output', tidemark.transcript()), []);
    const objects = controlPlane.kubectl(['get', 'imagerepositories,events', '-o', 'yaml']);
    assert.deepEqual(planted.searchBytes('objects', objects), []);
  });
});
