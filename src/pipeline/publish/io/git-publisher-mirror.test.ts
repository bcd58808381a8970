import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GitRepository } from '../../../../test/fakes/git-server/git-repository.ts';
import { fleet, marked, setPublishStage, setTag, type PublishStage } from './testing/publish-stage.ts';

const rebuilt = (stage: PublishStage): number =>
  stage.logged.filter((line) => line.startsWith('error the Git mirror is damaged')).length;

function packs(stage: PublishStage, ending: string): readonly string[] {
  const folder = join(stage.mirror(), 'objects/pack');
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

function looseObjects(stage: PublishStage): readonly string[] {
  const objects = join(stage.mirror(), 'objects');
  return readdirSync(objects)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((name) => readdirSync(join(objects, name)).map((file) => join(objects, name, file)));
}

/** Ways in which a mirror can be hurt while nobody runs. */
const damages: Readonly<Record<string, (stage: PublishStage) => void>> = {
  'an object that is cut off': (stage) => {
    for (const file of looseObjects(stage)) {
      chmodSync(file, 0o644);
      truncateSync(file, 3);
    }
  },
  'an empty object': (stage) => {
    for (const file of looseObjects(stage)) {
      chmodSync(file, 0o644);
      truncateSync(file, 0);
    }
  },
  'objects that are gone': (stage) => {
    for (const file of looseObjects(stage)) rmSync(file);
  },
  'a shallow file of nonsense': (stage) => writeFileSync(join(stage.mirror(), 'shallow'), 'nonsense\n'),
  'a shallow file that is gone': (stage) => rmSync(join(stage.mirror(), 'shallow')),
  'a configuration of nonsense': (stage) => writeFileSync(join(stage.mirror(), 'config'), '[core'),
  'an empty ref': (stage) => {
    for (const name of readdirSync(join(stage.mirror(), 'refs/tidemark')))
      writeFileSync(join(stage.mirror(), 'refs/tidemark', name), '');
  },
  'a ref to nowhere': (stage) => {
    for (const name of readdirSync(join(stage.mirror(), 'refs/tidemark')))
      writeFileSync(join(stage.mirror(), 'refs/tidemark', name), `${'1'.repeat(40)}\n`);
  },
  'no HEAD': (stage) => rmSync(join(stage.mirror(), 'HEAD')),
  'no objects at all': (stage) => rmSync(join(stage.mirror(), 'objects'), { recursive: true }),
  'a file in its place': (stage) => {
    const path = stage.mirror();
    rmSync(path, { recursive: true });
    writeFileSync(path, '');
  },
  'an index of needles that is cut off': (stage) => {
    const folder = join(stage.mirror(), 'tidemark');
    for (const name of readdirSync(folder)) truncateSync(join(folder, name), 17);
  },
  'locks that a killed git left': (stage) => {
    for (const name of [
      'shallow.lock',
      'config.lock',
      'HEAD.lock',
      'packed-refs.lock',
      'refs/tidemark/x.lock',
      'objects/pack/tmp_pack_x',
    ])
      writeFileSync(join(stage.mirror(), name), '');
    for (const name of readdirSync(join(stage.mirror(), 'refs/tidemark')))
      writeFileSync(join(stage.mirror(), 'refs/tidemark', `${name}.lock`), '');
  },
  'a half-made mirror beside it': (stage) => mkdirSync(`${stage.mirror()}.new/objects`, { recursive: true }),
};

for (const [damage, hurt] of Object.entries(damages)) {
  test(`a mirror with ${damage} is repaired by itself`, async (t) => {
    const stage = await setPublishStage(t);
    stage.repository.commit({ 'history.txt': 'so that the mirror is shallow' });
    await stage.publish({ draft: setTag('2') });
    await stage.publisher.close();
    hurt(stage);
    const again = stage.restart();
    assert.equal((await again.publish({ draft: setTag('3') })).outcome, 'pushed');
    stage.repository.commit({ 'more.txt': 'x' });
    assert.equal((await again.publish({ draft: setTag('4') })).outcome, 'pushed');
    assert.deepEqual(
      stage.repository.log().map(({ message }) => message.trim()),
      ['Update to 4', 'change', 'Update to 3', 'Update to 2', 'change', 'setup'],
    );
    assert.equal(stage.repository.git('fsck', '--strict', '--no-dangling').toString(), '');
    assert.ok(rebuilt(again) <= 1);
  });
}

test('a pack that is cut off is noticed, said and mended', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}.yaml`, marked(`web:${n}`)]));
  const stage = await setPublishStage(t, { files });
  await stage.publish({ draft: () => undefined });
  await stage.publisher.close();
  for (const pack of packs(stage, '.pack')) {
    chmodSync(pack, 0o644);
    truncateSync(pack, Math.floor(statSync(pack).size / 2));
  }
  const again = stage.restart({ cacheBytes: 0 });
  assert.equal((await again.publish()).outcome, 'pushed');
  assert.equal(rebuilt(again), 1);
});

test('bytes that changed on the disk are never taken for the file', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: () => undefined });
  await stage.publisher.close();
  // A well-formed object under the name of another: git itself does not look.
  const blob = stage.repository.files().get('apps/dev/web.yaml')?.split(' ')[1] ?? '';
  const forged = spawnSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: stage.mirror(),
    input: marked('web:forged'),
    env: { PATH: process.env['PATH'], GIT_DIR: stage.mirror() },
  })
    .stdout.toString()
    .trim();
  const path = (id: string): string => join(stage.mirror(), 'objects', id.slice(0, 2), id.slice(2));
  for (const pack of packs(stage, '')) rmSync(pack);
  mkdirSync(join(path(blob), '..'), { recursive: true });
  rmSync(path(blob), { force: true });
  renameSync(path(forged), path(blob));
  const again = stage.restart();
  assert.equal((await again.publish()).outcome, 'pushed');
  assert.equal(stage.repository.read('apps/dev/web.yaml').toString(), marked('web:2'));
});

test('a mirror that disappears while we run is built anew', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  rmSync(stage.mirror(), { recursive: true });
  assert.equal((await stage.publish({ draft: setTag('3') })).outcome, 'pushed');
  rmSync(join(stage.mirror(), 'objects'), { recursive: true });
  assert.equal((await stage.publish({ draft: setTag('4') })).outcome, 'pushed');
  assert.equal(rebuilt(stage), 1);
});

test('a remote that was rewritten, taken away and made again is followed', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  const rewritten = stage.repository.commit({ ...fleet, 'new.yaml': marked('web:1') }, { orphan: true });
  await stage.publish({ draft: setTag('3') });
  assert.deepEqual(stage.repository.log()[0]?.parents, [rewritten]);
  renameSync(stage.repository.path, `${stage.repository.path}.away`);
  await assert.rejects(stage.publish({ draft: setTag('4') }), { code: 'GitUnreachable' });
  const recreated = GitRepository.create(stage.repository.path, { files: fleet });
  await stage.publish({ draft: setTag('4') });
  assert.equal(recreated.log().length, 2);
  rmSync(stage.repository.path, { recursive: true });
  const modern = GitRepository.create(stage.repository.path, { files: fleet, format: 'sha256' });
  await stage.publish({ draft: setTag('5') });
  assert.equal(modern.log().length, 2);
});

test('a default branch that moved is no matter: the branch that is asked for counts', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  stage.repository.git('branch', '-m', 'main', 'trunk');
  await assert.rejects(stage.publish(), {
    code: 'GitRefNotFound',
    message: /couldn't find remote ref "refs\/heads\/main"$/,
  });
  const result = await stage.publish({
    checkout: { branch: 'trunk' },
    push: { branch: 'trunk', switched: false },
    draft: setTag('3'),
  });
  assert.equal(result.outcome, 'pushed');
});

test('a mirror outlives a renewed token of the same owner, and is not shared with another', async (t) => {
  const stage = await setPublishStage(t, { tokens: ['CANARY-a', 'CANARY-b'] });
  const as = (identity: string, token: string) => ({
    remote: {
      url: stage.server.urlOf('fleet.git'),
      identity,
      credentials: { type: 'bearer', token } as const,
      timeoutMs: 30_000,
    },
  });
  await stage.publish({ ...as('apps/secret', 'CANARY-a'), draft: setTag('2') });
  await stage.publish({ ...as('apps/secret', 'CANARY-b'), draft: setTag('3') });
  assert.equal(stage.logged.filter((line) => line.startsWith('debug fetched')).length, 1);
  await assert.rejects(stage.publish({ ...as('apps/secret', 'CANARY-wrong') }), { code: 'GitUnauthorized' });
  await stage.publish({ ...as('other/secret', 'CANARY-b'), draft: setTag('4') });
  assert.equal(readdirSync(stage.mirrors).filter((name) => name !== 'home').length, 2);
});

test('what piles up in a mirror is packed, and work goes on', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  const folder = join(stage.mirror(), 'objects/17');
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < 20; n++) writeFileSync(join(folder, `tmp_obj_${n}`), '');
  await stage.publish({ draft: setTag('3') });
  for (let n = 4; n < 7; n++) {
    stage.repository.commit({ 'theirs.txt': `${n}` });
    await stage.publish({ draft: setTag(`${n}`) });
  }
  assert.equal(packs(stage, '.pack').length, 1);
  assert.equal(stage.repository.log().length, 9);
  assert.deepEqual(
    stage.logged.filter((line) => line.startsWith('error')),
    [],
  );
});

test('mirrors that nobody used for a month are removed at the start, others stay', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  const old = join(stage.mirrors, 'f'.repeat(40));
  mkdirSync(old);
  writeFileSync(join(old, 'HEAD'), '');
  utimesSync(join(old, 'HEAD'), new Date('2020-01-01'), new Date('2020-01-01'));
  await stage.restart().publish({ draft: setTag('3') });
  assert.ok(!readdirSync(stage.mirrors).includes('f'.repeat(40)));
  assert.equal(readdirSync(stage.mirrors).length, 2);
});

test('a process that is killed at any instant leaves a mirror that the next one works with, and commits nothing twice', async (t) => {
  const stage = await setPublishStage(t);
  const script = fileURLToPath(new URL('testing/publish-loop.ts', import.meta.url));
  for (let kill = 0; kill < 6; kill++) {
    const child = spawn(
      process.execPath,
      [script, stage.mirrors, stage.server.urlOf('fleet.git'), `${kill}`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 37 * kill));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    stage.repository.commit({ 'theirs.txt': `${kill}` });
  }
  const last = stage.restart();
  assert.notEqual((await last.publish({ draft: setTag('last') })).outcome, 'unchanged');
  assert.equal(stage.repository.read('apps/dev/web.yaml').toString(), marked('web:last'));
  const tags = stage.repository
    .log()
    .map(({ message }) => message.trim())
    .filter((message) => message.startsWith('Update to'));
  assert.equal(new Set(tags).size, tags.length);
  // What a killed push has left behind dangles, and harms nobody.
  assert.equal(stage.repository.git('fsck', '--strict', '--no-dangling').toString(), '');
  assert.deepEqual(readdirSync(join(stage.mirrors, 'home')), []);
  assert.match(readFileSync(join(last.mirror(), 'description'), 'utf8'), /^Tidemark's mirror of http:/);
});
