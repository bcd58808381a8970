import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Kinds } from '../../api/kinds.ts';
import { secretValue } from '../../api/secret.ts';
import type { Log } from '../../model/log.ts';
import { silentLog } from '../../model/log.ts';
import type { LocalStore, LocalStoreOptions } from './local-store.ts';
import { openLocalStore } from './local-store.ts';

const app = { namespace: 'flux-system', name: 'app' };
const storeModule = fileURLToPath(new URL('local-store.ts', import.meta.url));

function repository(name = 'app', spec = 'interval: 5m'): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata:\n  name: ${name}\nspec:\n  image: ghcr.io/org/${name}\n  ${spec}\n`;
}

/** A folder of objects with a state folder beside it, and stores that are open on them. */
class World {
  readonly root: string;
  readonly #open = new Set<LocalStore>();

  constructor(t: TestContext) {
    this.root = mkdtempSync(join(tmpdir(), 'local-store-'));
    mkdirSync(join(this.root, 'objects'));
    t.after(async () => {
      for (const store of this.#open) await store.close();
      rmSync(this.root, { recursive: true, force: true });
    });
  }

  get state(): string {
    return join(this.root, '.tidemark');
  }

  path(name: string): string {
    return join(this.root, 'objects', name);
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.path(name), '..'), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  async open(options: Partial<LocalStoreOptions> = {}): Promise<LocalStore> {
    const store = await openLocalStore({
      paths: [join(this.root, 'objects')],
      stateFolder: this.state,
      role: 'runner',
      clock: { now: () => new Date() },
      log: silentLog,
      ...options,
    });
    this.#open.add(store);
    return store;
  }

  async close(store: LocalStore): Promise<void> {
    this.#open.delete(store);
    await store.close();
  }

  /** Runs `body` in another process, with `store` open as a visitor. Returns what it printed. */
  async elsewhere(body: string): Promise<string> {
    const options = { paths: [join(this.root, 'objects')], stateFolder: this.state, role: 'visitor' };
    const script = `
      const { openLocalStore } = await import(${JSON.stringify(storeModule)});
      const log = { debug() {}, info() {}, error() {}, with: () => log };
      const store = await openLocalStore({ ...${JSON.stringify(options)}, log, clock: { now: () => new Date() } });
      const key = ${JSON.stringify(app)};
      ${body}
      await store.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 0);
    return printed;
  }
}

/** Waits for something that another part of the program will bring about. */
async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await check())) {
    assert.ok(performance.now() < deadline, `never came true: ${check.toString()}`);
    await sleep(5);
  }
}

function get(store: LocalStore, name = 'app'): Promise<Kinds['ImageRepository'] | undefined> {
  return store.objects.get('ImageRepository', { namespace: 'flux-system', name });
}

async function names(store: LocalStore): Promise<readonly string[]> {
  return (await store.objects.list('ImageRepository')).items.map(({ metadata }) => metadata.name);
}

test('uid, generation, status and creation time outlive a restart', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const first = await world.open();
  const before = await first.objects.writeStatus('ImageRepository', app, {
    observedGeneration: 1,
    canonicalImageName: 'x',
  });
  await world.close(first);
  const second = await world.open();
  assert.deepEqual(await get(second), before);
});

test('an edit made while nobody ran raises the generation by one', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  await world.close(await world.open());
  world.write('a.yaml', `# a comment is no change\n\n${repository()}`);
  await world.close(await world.open());
  world.write('a.yaml', repository('app', 'interval: 1h'));
  const store = await world.open();
  assert.equal((await get(store))?.metadata.generation, 2);
  assert.equal(store.locate('ImageRepository', app)?.line, 1);
});

test('defaults that are spelled out and the order of keys are no change', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  await world.close(await world.open());
  world.write(
    'a.yaml',
    repository().replace(/spec:[\s\S]*/, 'spec: {provider: generic, interval: 5m, image: ghcr.io/org/app}\n'),
  );
  const store = await world.open();
  const generation = (await get(store))?.metadata.generation;
  assert.equal(generation, 1);
});

test('an object whose file went while nobody ran is deleted, by way of its finalizers', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  world.write('b.yaml', repository('other'));
  const first = await world.open();
  await first.objects.patchMetadata('ImageRepository', app, { finalizers: ['finalizers.fluxcd.io'] });
  await world.close(first);
  rmSync(world.path('a.yaml'));
  rmSync(world.path('b.yaml'));
  const second = await world.open();
  assert.equal(await get(second, 'other'), undefined);
  const deleting = await get(second);
  assert.ok(deleting?.metadata.deletionTimestamp);
  assert.equal(deleting.spec.image, 'ghcr.io/org/app');
  await world.close(second);
  const third = await world.open();
  await third.objects.patchMetadata('ImageRepository', app, { finalizers: [] });
  assert.equal(await get(third), undefined);
});

test('an object that is defined again while it is being deleted comes back as another one', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open();
  const { uid } = (
    await store.objects.patchMetadata('ImageRepository', app, { finalizers: ['finalizers.fluxcd.io'] })
  ).metadata;
  rmSync(world.path('a.yaml'));
  await until(async () => (await get(store))?.metadata.deletionTimestamp !== undefined);
  world.write('a.yaml', repository());
  await until(() => store.locate('ImageRepository', app) !== undefined);
  assert.equal((await get(store))?.metadata.uid, uid);
  await store.objects.patchMetadata('ImageRepository', app, { finalizers: [] });
  const again = await get(store);
  assert.notEqual(again?.metadata.uid, uid);
  assert.equal(again?.metadata.deletionTimestamp, undefined);
});

test('a file that is away for a moment is not deleted', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open();
  const { uid } = (await get(store))?.metadata ?? {};
  for (let round = 0; round < 5; round += 1) {
    renameSync(world.path('a.yaml'), world.path('a.yaml~'));
    await sleep(40);
    world.write('a.yaml', repository('app', `interval: ${round + 10}m`));
    await until(async () => (await get(store))?.spec.interval === `${round + 10}m`);
  }
  assert.equal((await get(store))?.metadata.uid, uid);
});

test('edits are picked up: in place, by renaming, in new folders, and when files and folders go', async (t) => {
  const world = new World(t);
  const store = await world.open();
  world.write('a.yaml', repository());
  await until(async () => (await names(store)).join() === 'app');
  writeFileSync(world.path('.a.yaml.swp'), repository('app', 'interval: 7m'));
  renameSync(world.path('.a.yaml.swp'), world.path('a.yaml'));
  await until(async () => (await get(store))?.spec.interval === '7m');
  world.write('deep/er/v1.2/b.yaml', `${repository('b')}---\n${repository('c')}`);
  await until(async () => (await names(store)).join() === 'app,b,c');
  world.write('deep/er/v1.2/b.yaml', repository('c'));
  await until(async () => (await names(store)).join() === 'app,c');
  rmSync(world.path('deep'), { recursive: true });
  await until(async () => (await names(store)).join() === 'app');
  world.write('deep/d.yaml', repository('d'));
  await until(async () => (await names(store)).join() === 'app,d');
  renameSync(world.path('deep'), world.path('moved'));
  await until(
    () => store.locate('ImageRepository', { ...app, name: 'd' })?.file.endsWith('moved/d.yaml') === true,
  );
});

test('two edits within the same tick of the clock are both seen', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open();
  for (let round = 0; round < 3; round += 1) {
    world.write('a.yaml', repository('app', 'interval: 6m'));
    await until(async () => (await get(store))?.spec.interval === '6m');
    world.write('a.yaml', repository('app', 'interval: 8m'));
    await until(async () => (await get(store))?.spec.interval === '8m');
  }
});

test('a mounted ConfigMap is followed when its link moves', async (t) => {
  const world = new World(t);
  world.write('..2026_01/a.yaml', repository());
  symlinkSync('..2026_01', world.path('..data'));
  symlinkSync('..data/a.yaml', world.path('a.yaml'));
  const store = await world.open();
  world.write('..2026_02/a.yaml', repository('app', 'interval: 9m'));
  symlinkSync('..2026_02', world.path('..data_tmp'));
  renameSync(world.path('..data_tmp'), world.path('..data'));
  rmSync(world.path('..2026_01'), { recursive: true });
  await until(async () => (await get(store))?.spec.interval === '9m');
  assert.equal((await get(store))?.metadata.generation, 2);
});

test('a broken file among many stops nothing and is named with its line', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  world.write('broken.yaml', repository('bad', 'interval: soon'));
  world.write('torn.yaml', `${repository('torn')}  "unclosed\n`);
  const store = await world.open();
  assert.deepEqual(await names(store), ['app']);
  const places = store
    .problems()
    .map(({ file, line, field }) => `${file.slice(world.root.length)}:${line} ${field ?? ''}`);
  assert.deepEqual(places, ['/objects/broken.yaml:7 spec.interval', '/objects/torn.yaml:8 ']);
});

test('a file that becomes broken keeps its last good objects, also across a restart, and says so', async (t) => {
  const world = new World(t);
  world.write('a.yaml', `${repository()}---\n${repository('b')}`);
  const first = await world.open();
  const heard: number[] = [];
  first.onProblems((problems) => heard.push(problems.length));
  const { uid } = (await get(first))?.metadata ?? {};
  world.write('a.yaml', `${repository('b', 'interval: 9m')}---\n${repository().replace('spec:', 'spec: [')}`);
  await until(() => first.problems().length === 1);
  assert.match(
    first.problems()[0]?.message ?? '',
    /the last good version of the object in this file stays in force/,
  );
  assert.equal(heard.at(-1), 1);
  assert.deepEqual(await names(first), ['app', 'b']);
  assert.equal((await get(first, 'b'))?.spec.interval, '9m');
  await world.close(first);
  const second = await world.open();
  assert.equal((await get(second))?.metadata.uid, uid);
  world.write('a.yaml', repository('b'));
  await until(async () => (await names(second)).join() === 'b');
  assert.deepEqual(second.problems(), []);
});

test('a broken object does not keep alive another one that was taken out of its file', async (t) => {
  const world = new World(t);
  world.write('a.yaml', `${repository()}---\n${repository('b')}`);
  const store = await world.open();
  world.write('a.yaml', repository('app', 'interval: soon'));
  await until(async () => (await names(store)).join() === 'app');
  assert.equal((await get(store))?.spec.interval, '5m');
});

test('an object that moved out of a file that is broken now is one object', async (t) => {
  const world = new World(t);
  world.write('a.yaml', `${repository()}---\n${repository('b')}`);
  const store = await world.open();
  const { uid } = (await get(store))?.metadata ?? {};
  world.write('b.yaml', repository('app', 'interval: 9m'));
  world.write('a.yaml', '{ image.toolkit.fluxcd.io/v1');
  await until(async () => (await get(store))?.spec.interval === '9m');
  assert.equal((await get(store))?.metadata.uid, uid);
  assert.equal(store.problems().length, 1);
});

test('of two definitions the first by path counts, and both places are named', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository('app', 'interval: 1m'));
  world.write('b.yaml', `\n${repository('app', 'interval: 2m')}`);
  const store = await world.open();
  assert.equal((await get(store))?.spec.interval, '1m');
  const [problem] = store.problems();
  assert.deepEqual([problem?.line, problem?.object], [2, 'ImageRepository flux-system/app']);
  assert.match(
    problem?.message ?? '',
    /defined a second time; the definition in .*a\.yaml:1 counts, and this one is ignored/,
  );
  await assert.rejects(store.objects.delete('ImageRepository', app), {
    code: 'Conflict',
    message: /a\.yaml:1 and again in .*b\.yaml:2/,
  });
  rmSync(world.path('a.yaml'));
  await until(async () => (await get(store))?.spec.interval === '2m');
  assert.deepEqual(store.problems(), []);
});

test('a path that disappears takes nothing along', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open();
  renameSync(join(world.root, 'objects'), join(world.root, 'away'));
  await until(() => store.problems().some(({ message }) => message.includes('no such file or folder')));
  await sleep(300);
  assert.deepEqual(await names(store), ['app']);
  renameSync(join(world.root, 'away'), join(world.root, 'objects'));
  await until(() => store.problems().length === 0);
  assert.deepEqual(await names(store), ['app']);
});

test('a path that is not there is refused at the start', async (t) => {
  const world = new World(t);
  await assert.rejects(world.open({ paths: [world.path('nowhere')] }), {
    code: 'UsageError',
    message: /nowhere: there is no such file or folder/,
  });
});

test('objects come from standard input, too, and are not cut out of it', async (t) => {
  const world = new World(t);
  const store = await world.open({ paths: ['-'], standardInput: Buffer.from(repository()) });
  assert.deepEqual(store.locate('ImageRepository', app), { file: '-', line: 1 });
  await assert.rejects(store.objects.delete('ImageRepository', app), {
    code: 'OwnedByFile',
    message: /standard input/,
  });
  await assert.rejects(store.objects.create({ ...(await get(store))!, metadata: { ...app, name: 'new' } }), {
    code: 'UsageError',
  });
});

test('a run over some of the paths leaves the objects of the others alone', async (t) => {
  const world = new World(t);
  world.write('dev/a.yaml', repository());
  world.write('prod/b.yaml', repository('b'));
  const all = await world.open();
  const { uid } = (await get(all, 'b'))?.metadata ?? {};
  await all.objects.patchSpec('ImageRepository', { ...app, name: 'b' }, { suspend: true });
  await world.close(all);
  const dev = await world.open({ paths: [world.path('dev')] });
  assert.deepEqual(await names(dev), ['app']);
  await world.close(dev);
  const again = await world.open();
  assert.equal((await get(again, 'b'))?.metadata.uid, uid);
  assert.equal((await get(again, 'b'))?.spec.suspend, true);
});

test('suspend and resume leave the YAML alone and outlive a restart', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const first = await world.open();
  await first.objects.patchSpec('ImageRepository', app, { suspend: true });
  assert.equal(world.read('a.yaml'), repository());
  await world.close(first);
  const second = await world.open();
  assert.equal((await get(second))?.spec.suspend, true);
  world.write('a.yaml', repository('app', 'interval: 9m'));
  await until(async () => (await get(second))?.spec.interval === '9m');
  assert.equal((await get(second))?.spec.suspend, true);
  await second.objects.patchSpec('ImageRepository', app, { suspend: null });
  assert.equal((await get(second))?.spec.suspend, undefined);
});

test('a suspension in the YAML counts, and can only be lifted there', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository('app', 'interval: 5m\n  suspend: true'));
  const store = await world.open();
  const before = await get(store);
  assert.equal(before?.spec.suspend, true);
  await assert.rejects(store.objects.patchSpec('ImageRepository', app, { suspend: false }), {
    code: 'OwnedByFile',
    message:
      /ImageRepository flux-system\/app is suspended in .*a\.yaml:1: remove "suspend: true" there to resume it/,
  });
  assert.deepEqual(await get(store), before);
  assert.deepEqual(await store.objects.patchSpec('ImageRepository', app, { suspend: true }), before);
});

test('any other change of a spec belongs into the file', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open();
  await assert.rejects(store.objects.patchSpec('ImageRepository', app, { suspend: true, interval: '1h' }), {
    code: 'OwnedByFile',
    message: /is defined in .*a\.yaml:1: change spec\.interval there/,
  });
  assert.equal((await get(store))?.spec.suspend, undefined);
});

test('what the YAML says about status, uid and finalizers does not count', async (t) => {
  const world = new World(t);
  const exported = repository().replace(
    '  name: app\n',
    '  name: app\n  uid: 11111111-1111-4111-8111-111111111111\n  generation: 7\n  finalizers: [a.example.com/b]\n  deletionTimestamp: "2020-01-01T00:00:00Z"\n',
  );
  world.write('a.yaml', `${exported}status:\n  observedGeneration: 7\n`);
  const store = await world.open();
  const object = await get(store);
  assert.equal(object?.metadata.generation, 1);
  assert.notEqual(object?.metadata.uid, '11111111-1111-4111-8111-111111111111');
  assert.equal(object?.metadata.finalizers, undefined);
  assert.equal(object?.metadata.deletionTimestamp, undefined);
  assert.deepEqual(object?.status, { observedGeneration: -1 });
});

test('a new object gets a file of its own, which is not overwritten', async (t) => {
  const world = new World(t);
  const store = await world.open();
  const made: Kinds['ImageRepository'] = {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageRepository',
    metadata: { ...app, labels: { team: 'web' } },
    spec: { image: 'ghcr.io/org/app', interval: '5m', exclusionList: ['^x: #$'], provider: 'generic' },
  };
  await store.objects.create(made);
  const [file = ''] = readdirSync(join(world.root, 'objects'));
  assert.equal(file, 'imagerepository-flux-system-app.yaml');
  assert.match(
    world.read(file),
    /^apiVersion: image\.toolkit\.fluxcd\.io\/v1\nkind: ImageRepository\nmetadata:\n {2}labels:\n {4}team: web\n {2}name: app\n/,
  );
  assert.deepEqual((await get(store))?.spec, made.spec);
  await assert.rejects(store.objects.create(made), {
    code: 'AlreadyExists',
    message: /is defined in .*imagerepository-flux-system-app\.yaml:1/,
  });
  world.write('imagerepository-flux-system-b.yaml', '# mine\n');
  await assert.rejects(store.objects.create({ ...made, metadata: { ...app, name: 'b' } }), {
    code: 'AlreadyExists',
    message: /not overwritten/,
  });
  assert.equal(world.read('imagerepository-flux-system-b.yaml'), '# mine\n');
  assert.deepEqual(
    readdirSync(join(world.root, 'objects')).filter((name) => name.startsWith('.')),
    [],
  );
});

test('delete cuts one document out, and the file goes with the last one', async (t) => {
  const world = new World(t);
  world.write('a.yaml', `# policies\n---\n${repository()}---\n# b\n${repository('b')}`);
  world.write('only.yaml', repository('only'));
  const store = await world.open();
  await store.objects.delete('ImageRepository', app);
  assert.equal(world.read('a.yaml'), `# policies\n---\n# b\n${repository('b')}`);
  assert.deepEqual(await names(store), ['b', 'only']);
  await store.objects.delete('ImageRepository', { ...app, name: 'only' });
  assert.ok(!existsSync(world.path('only.yaml')));
  assert.deepEqual(await names(store), ['b']);
});

test('delete keeps the mode of the file, and the link that leads to it', async (t) => {
  const world = new World(t);
  mkdirSync(join(world.root, 'real'));
  writeFileSync(join(world.root, 'real/a.yaml'), `${repository()}---\n${repository('b')}`, { mode: 0o640 });
  symlinkSync('../real/a.yaml', world.path('a.yaml'));
  const store = await world.open();
  await store.objects.delete('ImageRepository', app);
  assert.equal(readFileSync(join(world.root, 'real/a.yaml'), 'utf8'), `---\n${repository('b')}`);
  assert.equal(statSync(join(world.root, 'real/a.yaml')).mode & 0o777, 0o640);
});

test('Secrets come from manifests and from the folder, and never reach the state, the log or an event', async (t) => {
  const world = new World(t);
  const canary = 'canary-4711-value';
  world.write(
    's.yaml',
    `apiVersion: v1\nkind: Secret\nmetadata: {name: text}\nstringData: {password: ${canary}}\n---\n${repository()}`,
  );
  mkdirSync(join(world.root, 'secrets/flux-system/filed'), { recursive: true });
  writeFileSync(join(world.root, 'secrets/flux-system/filed/password'), canary);
  const lines: string[] = [];
  const say = (...parts: readonly unknown[]): void => void lines.push(JSON.stringify(parts));
  const log: Log = { debug: say, info: say, error: say, with: () => log };
  const store = await world.open({ secretsFolder: join(world.root, 'secrets'), log });
  for (const name of ['text', 'filed']) {
    const secret = await store.objects.get('Secret', { namespace: 'flux-system', name });
    assert.equal(secret && secretValue(secret, 'password')?.toString(), canary);
  }
  const abort = new AbortController();
  const seen: unknown[] = [];
  for await (const event of store.objects.watch('Secret', { signal: abort.signal })) {
    seen.push(event);
    if (event.type === 'bookmark') abort.abort();
  }
  assert.equal(seen.length, 3);
  await assert.rejects(
    store.objects.patchMetadata('Secret', { namespace: 'flux-system', name: 'text' }, { labels: { a: 'b' } }),
    { code: 'OwnedByFile' },
  );
  await world.close(store);
  const everything = readdirSync(world.state)
    .map((name) => readFileSync(join(world.state, name), 'latin1'))
    .join('\n');
  const encoded = Buffer.from(canary).toString('base64');
  for (const text of [everything, lines.join('\n'), JSON.stringify(seen)]) {
    assert.ok(!text.includes(canary) && !text.includes(encoded));
  }
});

test('a Secret that changes is told to those who watch, from a manifest and from the folder', async (t) => {
  const world = new World(t);
  const folder = join(world.root, 'secrets/flux-system/filed');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'password'), 'one');
  const store = await world.open({ secretsFolder: join(world.root, 'secrets') });
  const abort = new AbortController();
  t.after(() => abort.abort());
  const events = store.objects.watch('Secret', { signal: abort.signal })[Symbol.asyncIterator]();
  await events.next();
  await events.next();
  writeFileSync(join(folder, 'password'), 'two');
  const changed = await events.next();
  assert.ok(changed.done !== true && changed.value.type === 'modified');
  assert.equal(changed.value.object.metadata.name, 'filed');
  mkdirSync(join(world.root, 'secrets/team-a/new'), { recursive: true });
  const added = await events.next();
  assert.ok(added.done !== true && added.value.type === 'added');
  assert.equal(
    (await store.objects.get('Namespace', { namespace: '', name: 'team-a' }))?.metadata.labels?.[
      'kubernetes.io/metadata.name'
    ],
    'team-a',
  );
});

test('a Secret in a manifest is fresh when it is read, before any watcher has noticed', async (t) => {
  const world = new World(t);
  const manifest = (value: string): string =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {password: ${value}}\n`;
  world.write('s.yaml', manifest('one'));
  const store = await world.open();
  world.write('s.yaml', manifest('three'));
  const secret = await store.objects.get('Secret', { namespace: 'flux-system', name: 'login' });
  assert.equal(secret && secretValue(secret, 'password')?.toString(), 'three');
});

test('a namespace without a manifest exists as soon as something is in it', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open();
  const implied = await store.objects.get('Namespace', { namespace: '', name: 'flux-system' });
  assert.deepEqual(implied?.metadata.labels, { 'kubernetes.io/metadata.name': 'flux-system' });
  assert.equal(await store.objects.get('Namespace', { namespace: '', name: 'elsewhere' }), undefined);
});

test('a second run is refused with the pid of the first; a visitor is welcome', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const runner = await world.open();
  await assert.rejects(world.open(), { code: 'StateLocked', message: new RegExp(`process ${process.pid}`) });
  assert.equal(
    await world.elsewhere(`console.log((await store.objects.get('ImageRepository', key)).metadata.uid);`),
    `${(await get(runner))?.metadata.uid}\n`,
  );
});

test('what another process writes is noticed at once, and the other way round', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const runner = await world.open();
  const abort = new AbortController();
  t.after(() => abort.abort());
  const watch = runner.objects.watch('ImageRepository', { signal: abort.signal })[Symbol.asyncIterator]();
  await watch.next();
  await watch.next();
  const visitor = world.elsewhere(`
    await store.objects.patchMetadata('ImageRepository', key, { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } });
    const asked = Date.now();
    for await (const event of store.objects.watch('ImageRepository', { signal: AbortSignal.timeout(10000) })) {
      if (event.object?.status?.lastHandledReconcileAt === 'now') break;
    }
    console.log(asked, Date.now());`);
  const requested = await watch.next();
  const heard = Date.now();
  assert.ok(requested.done !== true && requested.value.type === 'modified');
  assert.equal(requested.value.object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'], 'now');
  assert.equal(requested.value.object.metadata.generation, 1);
  await runner.objects.writeStatus('ImageRepository', app, { lastHandledReconcileAt: 'now' });
  const [asked = 0, answered = 0] = (await visitor).split(' ').map(Number);
  t.diagnostic(`runner heard after ${heard - asked} ms, visitor after ${answered - heard} ms more`);
  assert.ok(heard - asked < 2000 && answered - heard < 2000);
});

test('a visitor suspends without a runner, and the next runner knows', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  await world.elsewhere(`await store.objects.patchSpec('ImageRepository', key, { suspend: true });`);
  const store = await world.open();
  assert.equal((await get(store))?.spec.suspend, true);
});

test('a visitor without a runner sees files as they are now, and deletes nothing', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  world.write('b.yaml', repository('b'));
  const runner = await world.open();
  const { uid } = (await get(runner))?.metadata ?? {};
  await world.close(runner);
  const away = world.read('a.yaml');
  rmSync(world.path('a.yaml'));
  world.write('b.yaml', repository('b', 'interval: 9m'));
  const visitor = await world.open({ role: 'visitor' });
  assert.deepEqual(await names(visitor), ['b']);
  assert.deepEqual(
    [(await get(visitor, 'b'))?.spec.interval, (await get(visitor, 'b'))?.metadata.generation],
    ['9m', 2],
  );
  await world.close(visitor);
  world.write('a.yaml', away);
  assert.equal((await get(await world.open()))?.metadata.uid, uid);
});

test('a visitor deletes while a runner is at work: finalizers first', async (t) => {
  const world = new World(t);
  world.write('a.yaml', `${repository()}---\n${repository('b')}`);
  const runner = await world.open();
  await runner.objects.patchMetadata('ImageRepository', app, { finalizers: ['finalizers.fluxcd.io'] });
  await world.elsewhere(`
    await store.objects.delete('ImageRepository', key);
    await store.objects.delete('ImageRepository', { ...key, name: 'b' });`);
  await until(async () => (await get(runner))?.metadata.deletionTimestamp !== undefined);
  await until(async () => (await get(runner, 'b')) === undefined);
  assert.ok(!existsSync(world.path('a.yaml')));
  await runner.objects.patchMetadata('ImageRepository', app, { finalizers: [] });
  assert.deepEqual(await names(runner), []);
});

test('a visitor makes an object, and the runner takes it over as one', async (t) => {
  const world = new World(t);
  const runner = await world.open();
  const visitor = await world.open({ role: 'visitor' });
  await visitor.objects.create({
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageRepository',
    metadata: app,
    spec: { image: 'ghcr.io/org/app', interval: '5m', exclusionList: [], provider: 'generic' },
  });
  const suspended = await visitor.objects.patchSpec('ImageRepository', app, { suspend: true });
  await until(async () => (await get(runner))?.spec.suspend === true);
  assert.equal((await get(runner))?.metadata.uid, suspended.metadata.uid);
  await until(
    async () =>
      (await get(visitor))?.metadata.resourceVersion === (await get(runner))?.metadata.resourceVersion,
  );
});

test('stores in two processes that write the same objects lose no write and agree in the end', async (t) => {
  const world = new World(t);
  for (const name of ['a', 'b', 'c']) world.write(`${name}.yaml`, repository(name));
  const runner = await world.open();
  const theirs = world.elsewhere(`
    for (let round = 0; round < 60; round += 1) {
      const name = 'abc'[round % 3];
      await store.objects.patchMetadata('ImageRepository', { ...key, name }, { annotations: { ['visitor' + round]: 'x' } });
    }`);
  for (let round = 0; round < 60; round += 1) {
    const name = 'abc'[round % 3] ?? '';
    await runner.objects.patchMetadata(
      'ImageRepository',
      { ...app, name },
      { annotations: { [`runner${round}`]: 'x' } },
    );
    await sleep(5);
  }
  await theirs;
  await until(async () => {
    const { items } = await runner.objects.list('ImageRepository');
    return items.every(({ metadata }) => Object.keys(metadata.annotations ?? {}).length === 40);
  });
});

test('a version of an earlier run is not one to watch from', async (t) => {
  const world = new World(t);
  const first = await world.open();
  const { resourceVersion } = await first.objects.list('ImageRepository');
  await world.close(first);
  const second = await world.open();
  const watch = second.objects.watch('ImageRepository', {
    resourceVersion,
    signal: AbortSignal.timeout(5000),
  });
  await assert.rejects(watch[Symbol.asyncIterator]().next(), { code: 'WatchExpired' });
});

test('whoever replays a watch knows what a list shows, whatever happens', async (t) => {
  const world = new World(t);
  const store = await world.open({ watchHistory: 16 });
  const abort = new AbortController();
  t.after(() => abort.abort());
  const replayed = new Map<string, string>();
  const labelSelector = 'team=web';
  const follow = async (): Promise<void> => {
    let resourceVersion: string | undefined;
    while (!abort.signal.aborted) {
      const round = new AbortController();
      const options = { labelSelector, signal: AbortSignal.any([round.signal, abort.signal]) };
      let events = 0;
      for await (const event of store.objects.watch(
        'ImageRepository',
        resourceVersion === undefined ? options : { ...options, resourceVersion },
      )) {
        if (event.type === 'deleted') replayed.delete(event.object.metadata.name);
        else if (event.type !== 'bookmark')
          replayed.set(event.object.metadata.name, JSON.stringify(event.object));
        resourceVersion = event.resourceVersion;
        events += 1;
        // Breaks off every now and then, and goes on from there.
        if (event.type === 'bookmark' || events > 3) round.abort();
      }
      await sleep(1);
    }
  };
  const following = follow();
  const random = (below: number): number => Math.floor(Math.random() * below);
  for (let step = 0; step < 150; step += 1) {
    const name = `r${random(6)}`;
    const key = { ...app, name };
    const exists = (await get(store, name)) !== undefined;
    if (!exists)
      world.write(
        `${name}.yaml`,
        repository(name).replace('spec:', `  labels: {team: ${random(2) === 0 ? 'web' : 'ops'}}\nspec:`),
      );
    const act = random(5);
    if (!exists || act === 4) await sleep(random(60));
    else if (act === 0) await store.objects.writeStatus('ImageRepository', key, { observedGeneration: step });
    else if (act === 1)
      await store.objects.patchMetadata('ImageRepository', key, {
        labels: { team: random(2) === 0 ? 'web' : 'ops' },
      });
    else if (act === 2) await store.objects.patchSpec('ImageRepository', key, { suspend: random(2) === 0 });
    else await store.objects.delete('ImageRepository', key);
  }
  const listed = async (): Promise<readonly string[]> => {
    const { items } = await store.objects.list('ImageRepository', { labelSelector });
    return items.map((object) => JSON.stringify(object));
  };
  await until(
    async () =>
      JSON.stringify([...replayed.values()].toSorted()) === JSON.stringify((await listed()).toSorted()),
  );
  abort.abort();
  await following;
});

test('events are shared between processes and do not grow without end', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open();
  const object = (await get(store))!;
  for (let index = 0; index < 130; index += 1) {
    void store.events.record({
      kind: 'ImageRepository',
      object,
      type: 'Normal',
      reason: 'Succeeded',
      message: `m${index}`,
    });
  }
  await store.events.record({
    kind: 'ImageRepository',
    object,
    type: 'Normal',
    reason: 'Succeeded',
    message: 'x'.repeat(50_000),
  });
  const listed = await world.elsewhere(`
    const list = await store.events.list({ kind: 'ImageRepository', name: 'app' });
    console.log(list.length, list.at(0).message, list.at(-1).message.length);`);
  assert.equal(listed, '100 m31 39000\n');
});

test('the state of a newer version is refused with what to do, and stays as it is', async (t) => {
  const world = new World(t);
  await world.close(await world.open());
  const database = new DatabaseSync(join(world.state, 'state.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const before = readFileSync(join(world.state, 'state.db'));
  await assert.rejects(world.open(), {
    code: 'StateTooNew',
    message: /newer version of Tidemark \(format 99, .*use that version, or name another folder with --state/,
  });
  assert.deepEqual(readFileSync(join(world.state, 'state.db')), before);
});

test('the state of an older version is brought up to date, with everything in it', async (t) => {
  const world = new World(t);
  world.write('a.yaml', repository());
  const first = await world.open();
  const before = await first.objects.patchSpec('ImageRepository', app, { suspend: true });
  await world.close(first);
  const database = new DatabaseSync(join(world.state, 'state.db'));
  database.exec('DROP TABLE event; PRAGMA user_version = 1');
  database.close();
  const store = await world.open();
  assert.deepEqual(await get(store), before);
  await store.events.record({
    kind: 'ImageRepository',
    object: before,
    type: 'Normal',
    reason: 'R',
    message: 'm',
  });
  assert.equal((await store.events.list()).length, 1);
});

test('a state that is damaged is refused rather than forgotten: suspensions are in it', async (t) => {
  const world = new World(t);
  await world.close(await world.open());
  writeFileSync(
    join(world.state, 'state.db'),
    'no database at all, but long enough to be looked at '.repeat(100),
  );
  await assert.rejects(world.open(), {
    code: 'StateDamaged',
    message: /state\.db is damaged .* move it away to start afresh/,
  });
});

/** A file system of `kilobytes`, or undefined where that cannot be had. */
function smallDisk(t: TestContext, kilobytes: number): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]).status === 0;
  t.after(() => {
    if (mounted) spawnSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  });
  return mounted ? path : undefined;
}

test('a full disk refuses the write and leaves everything as it was; the next one succeeds when there is space again', async (t) => {
  const disk = smallDisk(t, 512);
  if (disk === undefined) return t.skip('a small file system cannot be mounted here');
  const world = new World(t);
  world.write('a.yaml', repository());
  const store = await world.open({ stateFolder: join(disk, 'state') });
  const before = await get(store);
  assert.throws(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(1024 * 1024)), { code: 'ENOSPC' });
  const status = (size: number): { canonicalImageName: string } => ({ canonicalImageName: 'x'.repeat(size) });
  await assert.rejects(store.objects.writeStatus('ImageRepository', app, status(400_000)), {
    code: 'DiskFull',
    message: /no space left to write .*state\.db: free some space and try again/,
  });
  assert.deepEqual(await get(store), before);
  rmSync(join(disk, 'filler'));
  await store.objects.writeStatus('ImageRepository', app, status(1000));
  assert.equal((await get(store))?.status?.canonicalImageName?.length, 1000);
});

test('a file system that cannot be written to is named', async (t) => {
  const disk = smallDisk(t, 512);
  if (disk === undefined) return t.skip('a small file system cannot be mounted here');
  const world = new World(t);
  world.write('a.yaml', repository());
  spawnSync('mount', ['-o', 'remount,ro', disk]);
  await assert.rejects(world.open({ stateFolder: join(disk, 'state') }), {
    code: 'StateUnwritable',
    message: /cannot make the state folder/,
  });
});

test('whatever was confirmed before a kill -9 is there afterwards, and the state opens', async (t) => {
  const world = new World(t);
  for (let index = 0; index < 10; index += 1) world.write(`r${index}.yaml`, repository(`r${index}`));
  const script = `
    const { openLocalStore } = await import(${JSON.stringify(storeModule)});
    const log = { debug() {}, info() {}, error() {}, with: () => log };
    const options = { paths: [${JSON.stringify(join(world.root, 'objects'))}], stateFolder: ${JSON.stringify(world.state)}, role: 'runner' };
    const store = globalThis.store = await openLocalStore({ ...options, log, clock: { now: () => new Date() } });
    const work = async (worker) => {
      for (let round = 1; ; round += 1) {
        const name = 'r' + worker;
        const key = { namespace: 'flux-system', name };
        await store.objects.writeStatus('ImageRepository', key, { canonicalImageName: String(round) });
        await store.objects.patchSpec('ImageRepository', key, { suspend: round % 2 === 1 });
        process.stdout.write(name + ' ' + round + '\\n');
      }
    };
    for (let worker = 0; worker < 10; worker += 1) work(worker);`;
  for (let kill = 0; kill < 3; kill += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.length > 1000 + kill * 777) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const store = await world.open();
    const last = new Map(
      said
        .slice(0, said.lastIndexOf('\n'))
        .split('\n')
        .map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]),
    );
    for (const [name, round] of last) {
      const object = await get(store, name);
      const stored = Number(object?.status?.canonicalImageName);
      assert.ok(stored === round || stored === round + 1, `${name}: ${stored} after ${round} was confirmed`);
      if (stored === round) assert.equal(object?.spec.suspend === true, round % 2 === 1);
      await store.objects.writeStatus('ImageRepository', { ...app, name }, {});
    }
    await world.close(store);
  }
});
