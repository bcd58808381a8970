/** One team that does its worst, by intent or not, and another that goes on being served. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { resourceOf } from '../../../src/store/kubernetes/resource.ts';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { createBareRepository, type BareRepository } from '../harness/bare-repository.ts';
import { startGitServer, type RunningGitServer } from '../harness/git-server.ts';
import type { Running } from '../harness/tidemark.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { clientOf, connectionTo } from './harness/admin-client.ts';
import { controlPlaneMissing } from './harness/control-plane.ts';
import {
  automation,
  gitRepository,
  imagePolicy,
  imageRepository,
  namespaceOf,
} from './harness/tenant-objects.ts';
import { startTenancy, type Tenancy } from './harness/tenancy.ts';

/** How many objects are made at once: `TIDEMARK_FLOOD=10000` takes some minutes more. */
const flood = Number(process.env['TIDEMARK_FLOOD'] ?? 2000);
const mebibyte = 2 ** 20;

suite('hostile objects', { skip: controlPlaneMissing() }, () => {
  let cluster: Tenancy;
  let registry: RunningRegistry;
  let git: RunningGitServer;
  let fleet: BareRepository;
  let controller: Running;
  let last = 0;

  before(async () => {
    cluster = await startTenancy();
    registry = await startRegistry({
      generate: (repository) => (repository.startsWith('many/') ? ['1.0.0'] : undefined),
    });
    cluster.defer(() => registry.close());
    git = await startGitServer({ after: (end) => cluster.defer(end) }, cluster.workspace.makeFolder('git'));
    registry.registry.push('app', '1.0.0');
    fleet = createBareRepository(`${git.folder}/fleet.git`, ['main'], {
      'app.yaml': `image: ${registry.host}/app:1.0.0 # {"$imagepolicy": "good:app"}\n`,
    });
    controller = cluster.start('all');
    cluster.apply(namespaceOf('good'), namespaceOf('bad'));
    cluster.apply(
      imageRepository('good', 'app', { image: `${registry.host}/app` }),
      imagePolicy('good', 'app'),
      gitRepository('good', 'fleet', { url: `${git.url}/fleet.git` }),
      automation('good', 'fleet'),
    );
    await goodIsServed();
  });
  after(() => cluster?.end());

  /** A new tag of the other team, from its push to the commit. */
  async function goodIsServed(timeoutMs = 120_000): Promise<void> {
    const tag = `1.0.${(last += 1)}`;
    registry.registry.push('app', tag);
    request('good', 'imagerepository/app', tag);
    const written = (): boolean => fleet.files('main')['app.yaml']?.includes(`app:${tag} `) === true;
    await waitUntil(written, { what: `${tag} in Git`, timeoutMs });
  }

  /** Asks for a run. From a file: an argument may not be as long as an annotation. */
  function request(namespace: string, object: string, at: string): void {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': at };
    const file = cluster.workspace.write('patch.json', JSON.stringify({ metadata: { annotations } }));
    cluster.kubectl('-n', namespace, 'patch', object, '--type=merge', `--patch-file=${file}`);
  }

  const resident = (): number =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${controller.pid}/status`, 'utf8'))?.[1]) / 1024;

  test('a mebibyte of error text, of commit message and of annotations stays in bounds wherever it is told, and wedges nothing', async () => {
    const text = 'x'.repeat(mebibyte);
    const rude = await startRegistry();
    cluster.defer(() => rude.close());
    const body = JSON.stringify({
      errors: Array.from({ length: 50 }, () => ({ code: text, message: text })),
    });
    rude.registry.fault({ answer: { kind: 'status', status: 500, body } });
    createBareRepository(`${git.folder}/bad.git`, ['main'], {
      'app.yaml': `image: ${registry.host}/app:1.0.0 # {"$imagepolicy": "bad:app"}\n`,
    });
    const bad = gitRepository('bad', 'long', { url: `${git.url}/bad.git` });
    cluster.apply(
      imageRepository('bad', 'rude', { image: `${rude.host}/app` }),
      imageRepository('bad', 'app', { image: `${registry.host}/app` }),
      imagePolicy('bad', 'app'),
      bad,
    );
    // Not applied: that would write the whole object into an annotation.
    cluster.create(
      imagePolicy('bad', 'rule', {
        imageRepositoryRef: { name: 'app' },
        policy: { semver: { range: 'x'.repeat(1_150_000) } },
      }),
      automation('bad', 'long', { messageTemplate: `{{ repeat 4 "${'x'.repeat(250_000)}" }}` }),
    );
    await cluster.reads('imagerepository/bad/rude', /^False /);
    await cluster.reads('imagepolicy/bad/rule', /^False /);
    await cluster.reads('imageupdateautomation/bad/long', /^(?:True|False) /);
    // Spec, annotation and the status that repeats it are together more than etcd takes.
    request('bad', 'imagepolicy/rule', 'y'.repeat(250_000));
    await controller.waitForOutput(/could not finish a run/);
    await goodIsServed();
    request('bad', 'imagepolicy/rule', 'short');
    const isAnswered = (): boolean =>
      cluster.get('imagepolicy/bad/rule').status?.lastHandledReconcileAt === 'short';
    await waitUntil(isAnswered, { what: 'an object that goes on when the annotation is gone' });
    const events = JSON.parse(cluster.kubectl('get', 'events', '-A', '-o', 'json')) as {
      items: { message: string }[];
    };
    assert.ok(Math.max(...events.items.map(({ message }) => Buffer.byteLength(message))) <= 39_000);
    for (const object of [
      'imagerepository/bad/rude',
      'imagepolicy/bad/rule',
      'imageupdateautomation/bad/long',
    ])
      assert.ok(cluster.ready(object).message.length <= 32_768);
    const lines = cluster.tidemark.transcript().split('\n');
    assert.ok(Math.max(...lines.map((line) => line.length)) < 40_000);
  });

  test('a status that somebody edits is mended by the next run, and leads nobody to a tag that is not there', async () => {
    registry.registry.push('edited', '1.0.0');
    cluster.apply(
      imageRepository('bad', 'edited', { image: `${registry.host}/edited` }),
      imagePolicy('bad', 'edited'),
    );
    await cluster.reads('imagepolicy/bad/edited', /^True .*resolved to 1\.0\.0/);
    const lie = (kind: string, status: object): string =>
      cluster.kubectl(
        '-n',
        'bad',
        'patch',
        kind,
        'edited',
        '--subresource=status',
        '--type=merge',
        '-p',
        JSON.stringify({ status }),
      );
    lie('imagerepository', {
      canonicalImageName: 'example.com/other',
      lastScanResult: { tagCount: 7, revision: '1', scanTime: '2999-01-01T00:00:00Z', latestTags: ['9.9.9'] },
      conditions: null,
      observedGeneration: 99,
    });
    lie('imagepolicy', {
      latestRef: { name: 'example.com/other', tag: '9.9.9' },
      observedPreviousRef: { name: 'x', tag: 'y' },
      conditions: null,
    });
    for (const kind of ['imagerepository', 'imagepolicy']) request('bad', `${kind}/edited`, 'now');
    await cluster.reads('imagerepository/bad/edited', /^True .*found 1 tags/);
    await waitUntil(() => cluster.get('imagepolicy/bad/edited').status?.latestRef?.tag === '1.0.0', {
      what: 'the tag that is there',
    });
    await cluster.reads('imagepolicy/bad/edited', /^True .*resolved to 1\.0\.0/);
    const { metadata, status } = cluster.get('imagerepository/bad/edited');
    assert.equal(status?.canonicalImageName, `${registry.host}/edited`);
    assert.equal(status?.observedGeneration, metadata.generation);
    assert.deepEqual(status?.lastScanResult?.latestTags, ['1.0.0']);
    await goodIsServed();
  });

  test('an object that is made anew under its name within a second gets nothing of the old one', async () => {
    for (const tag of ['1.0.0', '2.0.0']) registry.registry.push('old', tag);
    registry.registry.push('new', '1.5.0');
    for (const forced of [false, true]) {
      cluster.apply(
        imageRepository('bad', 'again', { image: `${registry.host}/old` }),
        imagePolicy('bad', 'again'),
      );
      await cluster.reads('imagepolicy/bad/again', /^True .*resolved to 2\.0\.0/);
      const before = cluster.get('imagerepository/bad/again').metadata.uid;
      let release = (): void => undefined;
      const until = new Promise<void>((resolve) => (release = resolve));
      const asked = registry.registry.requests.length;
      registry.registry.fault({ on: 'tags', repository: 'old', times: 1, answer: { kind: 'wait', until } });
      request('bad', 'imagerepository/again', String(forced));
      const isAsked = (): boolean =>
        registry.registry.requests.slice(asked).some(({ path }) => path.includes('/old/tags'));
      await waitUntil(isAsked, { what: 'a scan under way' });
      cluster.kubectl('-n', 'bad', 'delete', 'imagerepository', 'again', '--wait=false');
      // With the finalizer taken away it is gone while its scan is under way.
      const patch = '{"metadata":{"finalizers":null}}';
      if (forced)
        cluster.kubectl('-n', 'bad', 'patch', 'imagerepository', 'again', '--type=merge', '-p', patch);
      else release();
      const isGone = (): boolean =>
        !cluster.kubectl('-n', 'bad', 'get', 'imagerepositories', '-o', 'name').includes('/again');
      await waitUntil(isGone, { what: 'the end of the old one' });
      cluster.apply(imageRepository('bad', 'again', { image: `${registry.host}/new` }));
      release();
      await cluster.reads('imagerepository/bad/again', /^True .*found 1 tags/);
      await cluster.reads('imagepolicy/bad/again', /^True .*resolved to 1\.5\.0/);
      const { metadata, status } = cluster.get('imagerepository/bad/again');
      assert.notEqual(metadata.uid, before);
      assert.equal(status?.canonicalImageName, `${registry.host}/new`);
      assert.deepEqual(status?.lastScanResult?.latestTags, ['1.5.0']);
      cluster.kubectl('-n', 'bad', 'delete', 'imagerepository,imagepolicy', 'again', '--wait=false');
      await waitUntil(isGone, { what: 'the end of the new one' });
    }
  });

  test(`${flood} objects at once wait for themselves: another team is served meanwhile, and memory stays in bounds`, async () => {
    const admin = clientOf(connectionTo(cluster.controlPlane));
    cluster.defer(() => admin.close());
    const before = resident();
    const objects = Array.from({ length: flood / 2 }, (_, n) => [
      imageRepository('bad', `flood-${n}`, { image: `${registry.host}/many/app-${n}` }),
      imagePolicy('bad', `flood-${n}`),
    ]).flat();
    const queue = objects.values();
    let made = 0;
    const making = Array.from({ length: 32 }, async () => {
      for (const body of queue) {
        const { kind, metadata } = body as {
          kind: 'ImagePolicy';
          metadata: { namespace: string; name: string };
        };
        await admin.request({ verb: 'create', resource: resourceOf(kind), key: metadata, body });
        made += 1;
      }
    });
    await waitUntil(() => made > flood / 2, { what: 'a flood' });
    const left = (): number =>
      cluster
        .kubectl(
          '-n',
          'bad',
          'get',
          'imagepolicies',
          '-o',
          'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.latestRef.tag}{"\\n"}{end}',
        )
        .split('\n')
        .filter((line) => /^flood-\d+ $/.test(line)).length;
    await goodIsServed();
    assert.ok(made < flood || left() > 0, 'the flood was over before the other team had its turn');
    for (let round = 0; round < 3; round += 1) await goodIsServed();
    await Promise.all(making);
    await waitUntil(() => left() === 0, {
      what: 'the end of the flood',
      timeoutMs: flood * 200,
      everyMs: 1000,
    });
    await goodIsServed();
    assert.ok(resident() - before < 100 + flood / 20, `from ${before} to ${resident()} MB`);
  });
});
