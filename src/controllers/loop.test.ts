import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startLoop, type Loop, type LoopOptions } from '../../test/builders/loop.ts';
import type { GitRepository } from '../../test/fakes/git-server/git-repository.ts';

const repository = `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: apps}
spec: {image: HOST/app, interval: 1h}
`;
const policy = `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: app, namespace: apps}
spec:
  imageRepositoryRef: {name: app}
  policy: {semver: {range: '>=1.0.0'}}
`;
const source = `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: apps}
spec: {url: GIT/fleet.git, interval: 1h, ref: {branch: main}}
`;
const automation = `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: auto, namespace: apps}
spec:
  interval: 1h
  sourceRef: {kind: GitRepository, name: fleet}
  git: {commit: {author: {name: Bot, email: bot@example.com}}}
`;
const marked = 'image: HOST/app:1.0.0 # {"$imagepolicy": "apps:app"}\n';

interface World {
  readonly loop: Loop;
  readonly fleet: GitRepository;
}

/** A registry with 1.0.0 and 1.1.0, and a repository with one marked file. */
async function startWorld(t: TestContext, options: LoopOptions = {}): Promise<World> {
  const loop = await startLoop(t, options);
  for (const tag of ['1.0.0', '1.1.0']) loop.registry.push('app', tag);
  return { loop, fleet: loop.createRepository('fleet.git', { 'app.yaml': marked }) };
}

async function startAll(t: TestContext, change: (yaml: string) => string = (yaml) => yaml): Promise<World> {
  const world = await startWorld(t);
  world.loop.write('all.yaml', change([repository, policy, source, automation].join('---')));
  await world.loop.until(async () => (await world.loop.get('ImageUpdateAutomation', 'auto')) !== undefined);
  await world.loop.idle();
  return world;
}

test('a new tag goes through scan, selection and commit without waiting for any interval', async (t) => {
  const { loop, fleet } = await startAll(t);
  assert.equal(
    fleet.read('app.yaml').toString(),
    `image: ${loop.host}/app:1.1.0 # {"$imagepolicy": "apps:app"}\n`,
  );
  loop.registry.push('app', '1.2.0');
  await loop.request('ImageRepository', 'app');
  assert.match(fleet.read('app.yaml').toString(), /app:1\.2\.0 /);
  assert.equal(fleet.log().length, 3);
  assert.deepEqual(await loop.conditions('ImageUpdateAutomation', 'auto'), [
    'Ready=True Succeeded: repository up-to-date',
  ]);
});

test('a tag set is told from the old one by its content, even if the checksum is the same', async (t) => {
  const { loop } = await startAll(t, (yaml) => yaml.replace('HOST/app, interval', 'HOST/twin, interval'));
  loop.registry.push('twin', '1.0.121');
  await loop.request('ImageRepository', 'app');
  assert.equal((await loop.get('ImagePolicy', 'app'))?.status?.latestRef?.tag, '1.0.121');
  const before = (await loop.get('ImageRepository', 'app'))?.status?.lastScanResult?.revision;
  loop.registry.untag('twin', '1.0.121');
  loop.registry.push('twin', '1.0.202');
  await loop.request('ImageRepository', 'app');
  assert.equal((await loop.get('ImageRepository', 'app'))?.status?.lastScanResult?.revision, before);
  assert.equal((await loop.get('ImagePolicy', 'app'))?.status?.latestRef?.tag, '1.0.202');
});

test('a spec edit does a full run at once: another update path is searched although nothing else has changed', async (t) => {
  const { loop, fleet } = await startAll(t, (yaml) => `${yaml}  update: {path: ./nowhere-yet}\n`);
  assert.match(
    (await loop.conditions('ImageUpdateAutomation', 'auto')).join(),
    /UpdateFailed.*lstat.*no such file or directory/,
  );
  loop.write('all.yaml', [repository, policy, source, automation].join('---'));
  await loop.until(() => fleet.log().length === 2);
  await loop.idle();
  assert.deepEqual(await loop.conditions('ImageUpdateAutomation', 'auto'), [
    'Ready=True Succeeded: repository up-to-date',
  ]);
});

test('a policy without its repository says so, and goes on by itself when the repository appears', async (t) => {
  const { loop } = await startWorld(t);
  loop.write('policy.yaml', policy);
  await loop.until(async () => (await loop.conditions('ImagePolicy', 'app')).length > 0);
  assert.deepEqual(await loop.conditions('ImagePolicy', 'app'), [
    'Reconciling=True ProgressingWithRetry: processing object: new generation -1 -> 1',
    'Ready=False DependencyNotReady: failed to get the referred ImageRepository: referenced ImageRepository does not exist: ImageRepository.image.toolkit.fluxcd.io "app" not found',
  ]);
  loop.write('repository.yaml', repository);
  await loop.until(async () => (await loop.get('ImagePolicy', 'app'))?.status?.latestRef?.tag === '1.1.0');
});

test('a missing Secret is named, and used as soon as it is there', async (t) => {
  const { loop } = await startWorld(t, {
    registry: { access: { kind: 'basic', username: 'puller', password: 'CANARY-reg-pw' } },
  });
  loop.write('repository.yaml', repository.replace('interval: 1h', 'interval: 1h, secretRef: {name: pull}'));
  await loop.until(async () => (await loop.conditions('ImageRepository', 'app')).length > 0);
  assert.match(
    (await loop.conditions('ImageRepository', 'app')).join(),
    /AuthenticationFailed: failed to configure authentication options: secrets "pull" not found/,
  );
  loop.write(
    'secret.yaml',
    `apiVersion: v1
kind: Secret
metadata: {name: pull, namespace: apps}
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: '{"auths":{"HOST":{"username":"puller","password":"CANARY-reg-pw"}}}'
`,
  );
  await loop.until(
    async () => (await loop.get('ImageRepository', 'app'))?.status?.lastScanResult?.tagCount === 2,
  );
  assert.doesNotMatch(JSON.stringify(await loop.events('ImageRepository', 'app')), /CANARY/);
});

test('another image starts with tags of its own: those of the old image never pass for them', async (t) => {
  const { loop } = await startAll(t);
  loop.registry.push('other', '0.1.0');
  loop.write(
    'all.yaml',
    [repository.replace('HOST/app', 'HOST/other'), policy, source, automation].join('---'),
  );
  await loop.until(async () =>
    (await loop.conditions('ImagePolicy', 'app')).join().includes('unable to determine'),
  );
  const { latestRef } = (await loop.get('ImagePolicy', 'app'))?.status ?? {};
  assert.deepEqual(latestRef, { name: `${loop.host}/app`, tag: '1.1.0' }, 'the last good selection stands');
});

test('references across namespaces obey accessFrom by the labels of the namespace', async (t) => {
  const { loop } = await startWorld(t);
  const foreign = policy
    .replace('namespace: apps', 'namespace: other')
    .replace('{name: app}', '{name: app, namespace: apps}');
  loop.write('all.yaml', [repository, foreign].join('---'));
  await loop.until(async () => (await loop.conditions('ImagePolicy', 'app', 'other')).length > 0);
  assert.match(
    (await loop.conditions('ImagePolicy', 'app', 'other')).join(),
    /AccessDenied: .*missing ACL labels on 'accessFrom'/,
  );
  const open = repository.replace(
    'interval: 1h}',
    'interval: 1h, accessFrom: {namespaceSelectors: [{matchLabels: {team: web}}]}}',
  );
  loop.write('all.yaml', [open, foreign].join('---'));
  await loop.until(async () => (await loop.get('ImageRepository', 'app'))?.metadata.generation === 2);
  await loop.request('ImagePolicy', 'app', 'other');
  assert.match(
    (await loop.conditions('ImagePolicy', 'app', 'other')).join(),
    /ACL labels mismatch on namespace 'other'/,
  );
  loop.write(
    'namespace.yaml',
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {team: web}}\n',
  );
  await loop.until(
    async () => (await loop.get('ImagePolicy', 'app', 'other'))?.status?.latestRef?.tag === '1.1.0',
  );
});

test('cross-namespace references can be forbidden for the whole process', async (t) => {
  const { loop } = await startWorld(t, { crossNamespaceAllowed: false });
  loop.write(
    'all.yaml',
    [repository, policy.replace('{name: app}', '{name: app, namespace: elsewhere}')].join('---'),
  );
  await loop.until(async () => (await loop.conditions('ImagePolicy', 'app')).length > 0);
  assert.match(
    (await loop.conditions('ImagePolicy', 'app')).join(),
    /cannot access 'ImageRepository\/elsewhere\/app', cross-namespace references have been blocked/,
  );
});

test('a marked file that cannot be read and a marker without its policy are named; the others go on', async (t) => {
  const { loop, fleet } = await startWorld(t);
  fleet.commit({
    'broken.yaml': 'a: [1 # {"$imagepolicy": "apps:app"}\n',
    'lost.yaml': 'image: x # {"$imagepolicy": "apps:nobody"}\nother: y # {"$imagepolicy": "elsewhere:app"}\n',
  });
  loop.write('all.yaml', [repository, policy, source, automation].join('---'));
  await loop.until(() => fleet.log().length === 3);
  await loop.idle();
  const [ready = ''] = await loop.conditions('ImageUpdateAutomation', 'auto');
  assert.match(
    ready,
    /^Ready=True Succeeded: repository up-to-date, but 3 markers do not work: broken\.yaml:\d+: /,
  );
  assert.match(ready, /lost\.yaml:1: marker names policy 'apps:nobody', which does not exist/);
  assert.match(
    ready,
    /lost\.yaml:2: marker names policy 'elsewhere:app', and an automation only uses policies of its own namespace/,
  );
  assert.match(fleet.read('app.yaml').toString(), /app:1\.1\.0 /);
  const warnings = (await loop.events('ImageUpdateAutomation', 'auto')).filter(
    ({ type }) => type === 'Warning',
  );
  assert.deepEqual(
    warnings.map(({ reason }) => reason),
    ['MarkerProblems'],
  );
});

test('two automations on one branch each commit their own part, and neither loses', async (t) => {
  const { loop, fleet } = await startWorld(t);
  fleet.commit({
    'b/app.yaml': marked.replace('HOST', loop.host),
    'a/app.yaml': marked.replace('HOST', loop.host),
  });
  const part = (name: string): string =>
    `${automation.replace('name: auto', `name: ${name}`)}  update: {path: ./${name}}\n`;
  loop.write('all.yaml', [repository, policy, source, part('a'), part('b')].join('---'));
  await loop.until(() => fleet.log().length === 4);
  await loop.idle();
  assert.match(fleet.read('a/app.yaml').toString(), /app:1\.1\.0/);
  assert.match(fleet.read('b/app.yaml').toString(), /app:1\.1\.0/);
  assert.match(fleet.read('app.yaml').toString(), /app:1\.0\.0/);
});

test('selections that arrive together go into one commit', async (t) => {
  const { loop, fleet } = await startWorld(t);
  const names = Array.from({ length: 30 }, (_, index) => `app${index}`);
  for (const name of names) loop.registry.push(name, '1.0.0');
  fleet.commit(
    Object.fromEntries(
      names.map((name) => [
        `${name}.yaml`,
        marked.replace('HOST/app', `${loop.host}/${name}`).replace('apps:app', `apps:${name}`),
      ]),
    ),
  );
  const pair = (name: string): string =>
    [
      repository.replace('name: app', `name: ${name}`).replace('HOST/app', `HOST/${name}`),
      policy.replaceAll('name: app', `name: ${name}`),
    ].join('---');
  loop.write('all.yaml', [...names.map(pair), source, automation].join('---'));
  await loop.until(async () => (await loop.get('ImagePolicy', 'app29'))?.status?.latestRef !== undefined);
  await loop.idle();
  const before = fleet.log().length;
  for (const name of names) loop.registry.push(name, '1.1.0');
  await Promise.all(names.map((name) => loop.request('ImageRepository', name)));
  await loop.idle();
  assert.equal(fleet.log().length, before + 1);
  for (const name of names) assert.match(fleet.read(`${name}.yaml`).toString(), /:1\.1\.0 /);
});

test('a push that the server refuses is told in its words and tried again', async (t) => {
  const { loop, fleet } = await startWorld(t);
  fleet.hook('pre-receive', 'echo "main is frozen" >&2; exit 1');
  loop.write('all.yaml', [repository, policy, source, automation].join('---'));
  await loop.until(async () =>
    (await loop.conditions('ImageUpdateAutomation', 'auto')).join().includes('GitOperationFailed'),
  );
  assert.match(
    (await loop.conditions('ImageUpdateAutomation', 'auto')).join(),
    /failed to update source: failed to push to remote: /,
  );
  fleet.hook('pre-receive', 'exit 0');
  await loop.until(() => fleet.log().length === 2);
});

test('a wrong password for Git is named as such, and nowhere shown', async (t) => {
  const { loop } = await startWorld(t, { gitUsers: { git: { password: 'CANARY-right' } } });
  const secret =
    '\napiVersion: v1\nkind: Secret\nmetadata: {name: git, namespace: apps}\nstringData: {username: git, password: CANARY-wrong}\n';
  const guarded = source.replace('interval: 1h', 'interval: 1h, secretRef: {name: git}');
  loop.write('all.yaml', [repository, policy, guarded, automation, secret].join('---'));
  await loop.until(async () =>
    (await loop.conditions('ImageUpdateAutomation', 'auto')).join().includes('Ready=False'),
  );
  const said = (await loop.conditions('ImageUpdateAutomation', 'auto')).join();
  assert.match(said, /GitOperationFailed: failed to checkout source: /);
  assert.doesNotMatch(said + JSON.stringify(await loop.events('ImageUpdateAutomation', 'auto')), /CANARY/);
  loop.write(
    'all.yaml',
    [repository, policy, guarded, automation, secret.replace('CANARY-wrong', 'CANARY-right')].join('---'),
  );
  await loop.until(
    async () =>
      (await loop.conditions('ImageUpdateAutomation', 'auto')).join() ===
      'Ready=True Succeeded: repository up-to-date',
  );
});

test('as in a cluster: a repository on the disk is refused before anything is read, and the rest goes on', async (t) => {
  const { loop, fleet } = await startWorld(t, { readsLocalFiles: false });
  const local = source.replace('GIT/fleet.git', `file://${fleet.path}`);
  loop.write('all.yaml', [repository, policy, local, automation].join('---'));
  await loop.until(async () => (await loop.conditions('ImageUpdateAutomation', 'auto')).length > 0);
  await loop.idle();
  assert.match(
    (await loop.conditions('ImageUpdateAutomation', 'auto')).join(),
    /Ready=False \w+: GitRepository 'apps\/fleet': file:\/\/ URLs are refused in a cluster/,
  );
  assert.equal(fleet.log().length, 1);
  assert.equal((await loop.get('ImagePolicy', 'app'))?.status?.latestRef?.tag, '1.1.0');
});

test('an object that is deleted leaves no tags behind, and one made anew under its name starts afresh', async (t) => {
  const { loop } = await startWorld(t);
  loop.write('repository.yaml', repository);
  await loop.until(
    async () => (await loop.get('ImageRepository', 'app'))?.status?.lastScanResult !== undefined,
  );
  const first = (await loop.get('ImageRepository', 'app'))?.metadata.uid;
  loop.remove('repository.yaml');
  await loop.until(async () => (await loop.get('ImageRepository', 'app')) === undefined);
  loop.write('repository.yaml', repository);
  await loop.until(
    async () => (await loop.get('ImageRepository', 'app'))?.status?.lastScanResult !== undefined,
  );
  assert.notEqual((await loop.get('ImageRepository', 'app'))?.metadata.uid, first);
});

test('a suspended policy acknowledges a requested run and does nothing', async (t) => {
  const { loop } = await startAll(t, (yaml) =>
    yaml.replace(
      "policy: {semver: {range: '>=1.0.0'}}",
      "policy: {semver: {range: '>=1.0.0'}}\n  suspend: true",
    ),
  );
  await loop.request('ImagePolicy', 'app');
  assert.equal((await loop.get('ImagePolicy', 'app'))?.status?.latestRef, undefined);
});

test('to suspend and to resume raise the observed generation of an object that has a verdict', async (t) => {
  const { loop } = await startAll(t);
  const settled = await loop.get('ImagePolicy', 'app');
  for (const suspend of ['\n  suspend: true', '']) {
    loop.write('all.yaml', [repository, `${policy.trimEnd()}${suspend}\n`, source, automation].join('---'));
    const before = (await loop.get('ImagePolicy', 'app'))?.metadata.generation ?? 0;
    await loop.until(async () => {
      const { metadata, status } = (await loop.get('ImagePolicy', 'app')) ?? {};
      return metadata?.generation === before + 1 && status?.observedGeneration === before + 1;
    });
    const { status } = (await loop.get('ImagePolicy', 'app')) ?? {};
    assert.deepEqual(status?.latestRef, settled?.status?.latestRef);
    assert.deepEqual(
      status?.conditions?.map(({ type, status: is }) => `${type}=${is}`),
      ['Ready=True'],
    );
  }
});
