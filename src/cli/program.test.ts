import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { commandTable } from './command-table.ts';
import { runProgram } from './testing/run-program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('help lists every command, and needs no argument', () => {
  const bare = runProgram([]);
  const help = runProgram(['--help']);
  assert.deepEqual(bare, help);
  assert.equal(help.code, 0);
  assert.equal(help.stderr, '');
  for (const { words } of commandTable) {
    const [verb = ''] = words.split(' ');
    assert.match(help.stdout, new RegExp(`^  ${verb}\\b`, 'm'), words);
  }
});

test('every command has help with its flags and an example, and its summary is the one in the list', async () => {
  for (const { words, summary, load } of commandTable) {
    const command = await load();
    assert.notEqual(command.summary, '', words);
    assert.notEqual(summary, '', words);
    assert.ok(!summary.endsWith('.') && !command.summary.endsWith('.'), words);
    for (const { help, spec } of Object.values(command.flags))
      assert.ok(help !== '' && spec.includes('--'), words);
  }
  const { code, stdout } = runProgram(['markers', 'set', '--help']);
  assert.equal(code, 0);
  assert.match(stdout, /^Usage: tidemark markers set \[options\] <path>/);
  assert.match(stdout, /--image <policy=image>/);
  assert.match(stdout, /Examples:\n {2}tidemark markers set/);
});

test('help of a verb lists its nouns', () => {
  const { code, stdout } = runProgram(['get', '--help']);
  assert.equal(code, 0);
  assert.match(stdout, /^Usage: tidemark get image\|source/);
  assert.equal(runProgram(['help', 'get']).stdout, stdout);
});

for (const [args, sentence] of [
  [['gte'], /^✗ there is no command "gte", did you mean "get"\?\n$/],
  [['get', 'image', 'polciy'], /^✗ "get image" knows no "polciy", did you mean "get image policy"\?\n$/],
  [
    ['get', 'secrets'],
    /^✗ "get" knows no "secrets", did you mean "get source"\?|^✗ "get" knows no "secrets"; it is one of image, source\n$/,
  ],
  [['get', 'image'], /^✗ "get image" needs one more word: repository, policy, update, all\n$/],
  [
    ['get', 'image', 'policy', '--namspace', 'x'],
    /^✗ unknown option '--namspace', did you mean --namespace\?\n {2}see tidemark get image policy --help\n$/,
  ],
  [['markers', 'list'], /^✗ missing required argument 'path'\n {2}see tidemark markers list --help\n$/],
  [['markers', 'list', 'a', 'b'], /^✗ too many arguments/],
  [
    ['get', 'image', 'policy', '-o', 'jsno'],
    /^✗ --output takes one of table, wide, json, yaml, name, got "jsno", did you mean json\?\n$/,
  ],
  [
    ['reconcile', 'image', 'policy', 'x', '--timeout', 'soon'],
    /^✗ --timeout takes a duration such as 30s, 5m or 1h30m, got "soon"\n$/,
  ],
  [
    ['get', 'image', 'policy', '--color', 'blue'],
    /^✗ --color takes one of auto, always, never, got "blue"\n$/,
  ],
  [['get', 'image', 'policy', '-n'], /^✗ option '-n, --namespace <name>' argument missing/],
] as const) {
  test(`tidemark ${args.join(' ')}: exit 2, and a sentence that helps`, () => {
    const { code, stdout, stderr } = runProgram(args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, sentence);
  });
}

test('plural nouns and flags before the verb are understood', () => {
  const { stderr } = runProgram(['-n', 'apps', 'get', 'images', 'policies']);
  assert.match(
    stderr,
    /^✗ there are no objects to work on: neither files nor a cluster .*\n {2}name the folder .* with -f, .* with --kubeconfig, /,
  );
});

test('a path that is not there is named', () => {
  const { code, stderr } = runProgram(['get', 'image', 'policy', '-f', '/nowhere']);
  assert.equal(code, 2);
  assert.match(stderr, /^✗ \/nowhere: there is no such file or folder\n$/);
});

test('a stack trace is shown only with -v', () => {
  const plain = runProgram(['markers', 'list', '/nowhere']);
  assert.equal(plain.stderr, '✗ cannot read /nowhere: there is no such file or folder\n');
  const verbose = runProgram(['markers', 'list', '/nowhere', '-v']);
  assert.match(
    verbose.stderr,
    /^✗ cannot read \/nowhere: there is no such file or folder\n {2}TidemarkError: .*\n.* at /,
  );
});

test('colors are for terminals, unless they are asked for', () => {
  assert.ok(
    runProgram(['gte', '--color=always']).stderr.startsWith('\u001B[31m✗\u001B[0m there is no command'),
  );
  assert.match(runProgram(['gte', '--color', 'never']).stderr, /^✗ /);
});

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.equal(runProgram(['--version']).stdout, `tidemark ${version}\n`);
  assert.match(runProgram(['version']).stdout, new RegExp(`^tidemark: ${version}\\nnode: `));
  assert.equal(
    (JSON.parse(runProgram(['version', '-o', 'json']).stdout) as { tidemark: string }).tidemark,
    version,
  );
});

test('the program is found through links and from any folder', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'a b'));
  symlinkSync(join(root, 'bin/tidemark'), join(folder, 'a b/first'));
  symlinkSync('a b/first', join(folder, 'second'));
  const { status, stdout } = spawnSync(join(folder, 'second'), ['--version'], { cwd: '/', encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /^tidemark /);
});

test('an old Node, or none, gets one sentence', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'checkout/bin'), { recursive: true });
  mkdirSync(join(folder, 'checkout/node_modules'));
  mkdirSync(join(folder, 'path'));
  const launcher = join(folder, 'checkout/bin/tidemark');
  writeFileSync(launcher, readFileSync(join(root, 'bin/tidemark')));
  chmodSync(launcher, 0o755);
  for (const tool of ['dirname', 'readlink', 'sh'])
    symlinkSync(
      spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(),
      join(folder, 'path', tool),
    );
  const run = (): { status: number | null; stderr: string } =>
    spawnSync(launcher, [], { env: { PATH: join(folder, 'path') }, encoding: 'utf8' });
  assert.match(run().stderr, /^✗ Tidemark needs Node 24 or later, and this machine has none: .*\n$/);
  writeFileSync(join(folder, 'path/node'), '#!/bin/sh\necho v20.11.1\n');
  chmodSync(join(folder, 'path/node'), 0o755);
  assert.deepEqual(
    [
      run().status,
      /^✗ Tidemark needs Node 24 or later, and this machine has v20\.11\.1: .*\n$/.test(run().stderr),
    ],
    [2, true],
  );
  rmSync(join(folder, 'checkout/node_modules'), { recursive: true });
  assert.match(run().stderr, /^✗ The dependencies are missing: run npm ci in .*\n$/);
});

test('a reader who goes away ends the program quietly', async () => {
  const tags = Array.from({ length: 50_000 }, (_, index) => `1.0.${index}`).join('\n');
  const child = spawn(join(root, 'bin/tidemark'), ['policy', 'test', '--semver', '*', '-o', 'json'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.once('data', () => child.stdout.destroy());
  child.stdin.end(tags);
  await once(child, 'close');
  assert.equal(stderr, '');
});
