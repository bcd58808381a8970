/** Teams that share a controller, and do not trust each other: docs/security.md says the rules. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { createBareRepository } from '../harness/bare-repository.ts';
import { canaries } from '../harness/canaries.ts';
import { startGitServer } from '../harness/git-server.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { controlPlaneMissing } from './harness/control-plane.ts';
import {
  automation,
  gitRepository,
  imagePolicy,
  imageRepository,
  namespaceOf,
  pullSecret,
} from './harness/tenant-objects.ts';
import { startTenancy, type Tenancy } from './harness/tenancy.ts';

const owner = { username: 'owner', password: 'CANARY-owner-pw' };
const stranger = { username: 'stranger', password: 'CANARY-stranger-pw' };
const planted = canaries([owner.password, stranger.password]);

suite('several tenants', { skip: controlPlaneMissing() }, () => {
  let cluster: Tenancy;
  /** Everybody may read it. */
  let open: RunningRegistry;
  /** Only the owner may read it, with a token for his password. */
  let closed: RunningRegistry;

  before(async () => {
    cluster = await startTenancy();
    open = await startRegistry();
    closed = await startRegistry({ access: { kind: 'token', ...owner } });
    cluster.defer(() => open.close());
    cluster.defer(() => closed.close());
    for (const tag of ['1.0.0', '1.1.0']) {
      open.registry.push('app', tag);
      closed.registry.push('app', tag);
    }
    // Objects with this label are the other controller's, further down.
    cluster.start('all', '--watch-label-selector=world!=closed');
    cluster.apply(namespaceOf('owner'), namespaceOf('friend', { team: 'friend' }), namespaceOf('stranger'));
  });
  after(() => cluster?.end());

  /** The user names with which tokens were asked for. */
  const usersOf = ({ registry }: RunningRegistry): ReadonlySet<string> =>
    new Set(
      registry.requests.flatMap(({ headers }) => {
        const [scheme, value = ''] = String(headers['authorization'] ?? '').split(' ');
        return scheme === 'Basic' ? [Buffer.from(value, 'base64').toString().split(':')[0] ?? ''] : [];
      }),
    );

  test('a repository serves the namespaces that it names, as long as it names them', async () => {
    const accessFrom = { namespaceSelectors: [{ matchLabels: { team: 'friend' } }] };
    const imageRepositoryRef = { namespace: 'owner', name: 'shared' };
    cluster.apply(
      imageRepository('owner', 'shared', { image: `${open.host}/app`, accessFrom }),
      imageRepository('owner', 'private', { image: `${open.host}/app` }),
      imagePolicy('friend', 'shared', { imageRepositoryRef }),
      imagePolicy('stranger', 'shared', { imageRepositoryRef }),
      imagePolicy('friend', 'private', { imageRepositoryRef: { ...imageRepositoryRef, name: 'private' } }),
    );
    await cluster.reads('imagepolicy/friend/shared', /^True Succeeded .*resolved to 1\.1\.0/);
    await cluster.reads('imagepolicy/stranger/shared', /^False AccessDenied .*ACL labels mismatch/);
    await cluster.reads('imagepolicy/friend/private', /^False AccessDenied .*missing ACL labels/);
    assert.equal(cluster.get('imagepolicy/stranger/shared').status?.latestRef, undefined);
    const patch = JSON.stringify({ spec: { accessFrom: null } });
    cluster.kubectl('-n', 'owner', 'patch', 'imagerepository', 'shared', '--type=merge', '-p', patch);
    await cluster.reads('imagepolicy/friend/shared', /^False AccessDenied .*missing ACL labels/);
  });

  test('a Secret serves objects of its own namespace alone, whatever name they give it', async () => {
    const image = `${closed.host}/app`;
    cluster.apply(pullSecret('owner', 'pull', { [closed.host]: owner }), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'owner', name: 'puller' },
      imagePullSecrets: [{ name: 'pull' }],
    });
    const names = ['pull', 'owner/pull', '../../owner/secrets/pull', '..', '.', ''];
    cluster.apply(
      imageRepository('owner', 'app', { image, secretRef: { name: 'pull' } }),
      imageRepository('stranger', 'none', { image }),
      ...names.map((name, n) => imageRepository('stranger', `named-${n}`, { image, secretRef: { name } })),
      imageRepository('stranger', 'account', { image, serviceAccountName: 'puller' }),
    );
    await cluster.reads('imagerepository/owner/app', /^True /);
    await cluster.reads('imagerepository/stranger/none', /^False .*no credentials for/);
    for (const n of names.keys())
      await cluster.reads(`imagerepository/stranger/named-${n}`, /^False AuthenticationFailed .*not found/);
    await cluster.reads('imagerepository/stranger/account', /^False AuthenticationFailed .*not found/);
    // The owner's scan is in the caches now; nobody else is served from them.
    cluster.kubectl(
      '-n',
      'stranger',
      'annotate',
      'imagerepository',
      'none',
      'reconcile.fluxcd.io/requestedAt=1',
    );
    await waitUntil(
      () =>
        cluster
          .kubectl('-n', 'stranger', 'get', 'imagerepository', 'none', '-o', 'yaml')
          .includes('lastHandledReconcileAt: "1"'),
      { what: 'another scan without credentials' },
    );
    assert.match(cluster.ready('imagerepository/stranger/none').message, /no credentials for/);
    assert.equal(cluster.get('imagerepository/stranger/none').status?.lastScanResult, undefined);
  });

  test('two objects for one image with different credentials share neither tokens nor tags nor a scan', async () => {
    const image = `${closed.host}/app`;
    cluster.apply(
      pullSecret('owner', 'wrong', { [closed.host]: stranger }),
      imageRepository('owner', 'right', { image, secretRef: { name: 'pull' } }),
      imageRepository('owner', 'wrong', { image, secretRef: { name: 'wrong' } }),
      imagePolicy('owner', 'right'),
      imagePolicy('owner', 'wrong'),
    );
    for (let round = 1; round <= 3; round += 1) {
      // At one moment, so that what can be shared is.
      const request = `reconcile.fluxcd.io/requestedAt=${round}`;
      cluster.kubectl('-n', 'owner', 'annotate', '--overwrite', 'imagerepository', 'right', 'wrong', request);
      await cluster.reads('imagepolicy/owner/right', /^True /);
      await cluster.reads('imagerepository/owner/wrong', /^False .*the credentials for .* were refused/);
    }
    assert.equal(cluster.get('imagerepository/owner/right').status?.lastScanResult?.tagCount, 2);
    assert.equal(cluster.get('imagerepository/owner/wrong').status?.lastScanResult, undefined);
    assert.equal(cluster.get('imagepolicy/owner/wrong').status?.latestRef, undefined);
    assert.deepEqual(usersOf(closed), new Set(['owner', 'stranger']));
  });

  test('credentials of one host go to no other: not by a redirect, not to a token server that somebody else names', async () => {
    const thief = await startRegistry();
    cluster.defer(() => thief.close());
    thief.registry.push('app', '6.6.6');
    const realm = 'http://tokens.example.com/token';
    const lured = await startRegistry({ access: { kind: 'token', ...owner, realm } });
    const moved = await startRegistry({ access: { kind: 'basic', ...owner } });
    cluster.defer(() => lured.close());
    cluster.defer(() => moved.close());
    moved.registry.push('app', '1.0.0');
    moved.registry.fault({ on: 'tags', answer: { kind: 'redirect', to: `http://${thief.host}` } });
    cluster.apply(
      pullSecret('owner', 'elsewhere', { [lured.host]: owner, [moved.host]: owner }),
      imageRepository('owner', 'lured', { image: `${lured.host}/app`, secretRef: { name: 'elsewhere' } }),
      imageRepository('owner', 'moved', { image: `${moved.host}/app`, secretRef: { name: 'elsewhere' } }),
      // The entry of another host is no credential for this one.
      imageRepository('owner', 'thief', { image: `${thief.host}/app`, secretRef: { name: 'elsewhere' } }),
    );
    await cluster.reads('imagerepository/owner/thief', /^True /);
    for (const name of ['lured', 'moved'])
      await cluster.reads(`imagerepository/owner/${name}`, /^(?:True|False) /);
    const given = thief.registry.requests.map(({ headers }) => String(headers['authorization'] ?? ''));
    assert.deepEqual(
      given.filter((header) => header.startsWith('Basic') || header.includes(owner.password)),
      [],
    );
  });

  test('references across namespaces can be forbidden for all, also where a repository allows them and for Git', async () => {
    const server = await startGitServer(
      { after: (end) => cluster.defer(end) },
      cluster.workspace.makeFolder('git'),
    );
    const fleet = createBareRepository(`${server.folder}/fleet.git`, ['main'], {
      'app.yaml': `image: ${open.host}/app:1.0.0 # {"$imagepolicy": "closed:app"}\n`,
    });
    const head = fleet.shaOf('refs/heads/main');
    const everybody = { namespaceSelectors: [{ matchLabels: {} }] };
    cluster.start('no-refs', '--no-cross-namespace-refs', '--watch-label-selector=world=closed');
    const labelled = (object: object): object => {
      const { metadata, ...rest } = object as { metadata: object };
      return { ...rest, metadata: { ...metadata, labels: { world: 'closed' } } };
    };
    cluster.apply(
      namespaceOf('closed'),
      imageRepository('owner', 'everybody', { image: `${open.host}/app`, accessFrom: everybody }),
      gitRepository('owner', 'fleet', { url: `${server.url}/fleet.git` }),
    );
    cluster.apply(
      labelled(imageRepository('closed', 'app', { image: `${open.host}/app` })),
      labelled(
        imagePolicy('closed', 'across', { imageRepositoryRef: { namespace: 'owner', name: 'everybody' } }),
      ),
      labelled(automation('closed', 'fleet', { sourceRef: { namespace: 'owner' } })),
    );
    await cluster.reads('imagepolicy/closed/across', /cross-namespace references have been blocked/);
    await cluster.reads('imageupdateautomation/closed/fleet', /cross-namespace/);
    assert.equal(fleet.shaOf('refs/heads/main'), head);
  });

  test('nothing that the controllers said or stored, and no event or status, holds a password', () => {
    const objects = 'events,imagerepositories,imagepolicies,imageupdateautomations';
    assert.deepEqual(
      [
        ...planted.searchBytes('output', cluster.tidemark.transcript()),
        ...planted.searchFolder(cluster.workspace.path('storage-all')),
        ...planted.searchBytes('objects', cluster.kubectl('get', objects, '-A', '-o', 'json')),
      ],
      [],
    );
  });
});
