import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { runProgram } from './testing/run-program.ts';

interface Recorded {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

const recorded = JSON.parse(
  readFileSync(new URL('../../test/golden/flux-create.json', import.meta.url), 'utf8'),
) as Recorded[];

/** Flux makes a policy without a rule of this; we refuse it. */
const refused =
  'create image policy both --image-ref=web --select-semver=1.x --select-alpha=asc -n cli --export';

for (const { args, stdout, stderr, exit } of recorded.filter((one) => one.args.join(' ') !== refused)) {
  test(`${args.slice(0, 4).join(' ')} prints what flux prints`, () => {
    const run = runProgram(args);
    assert.equal(run.stdout, stdout);
    // What Flux cannot do is 1 there and 2 here.
    assert.equal(run.code, exit === 0 ? 0 : 2);
    if (stderr !== '') assert.equal(run.stderr, stderr);
  });
}

test('a policy with two ways to select is refused', () => {
  assert.ok(recorded.some(({ args }) => args.join(' ') === refused));
  const { code, stdout, stderr } = runProgram(refused.split(' '));
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(
    stderr,
    /^✗ a policy selects in one way: give only one of --select-semver, --select-alpha and --select-numeric\n$/,
  );
});

test('a range that cannot be read is printed as flux does, with a warning', () => {
  const { stderr } = runProgram([
    'create',
    'image',
    'policy',
    'bad',
    '--image-ref=web',
    '--select-semver=not a range',
    '--export',
  ]);
  assert.equal(
    stderr,
    '⚠ this policy will never select anything: invalid policy: improper constraint: "not a range"\n',
  );
});

test('every flag finds its field, in the order and spelling of flux', () => {
  const print = (...args: string[]): string =>
    runProgram(['create', ...args, '-n', 'cli', '--export']).stdout.replace(/^---\n[\s\S]*?spec:\n/, '');
  assert.equal(
    print(
      'image',
      'repository',
      'web',
      '--image=ghcr.io/a/bb',
      '--secret-ref=pull',
      '--cert-ref=tls',
      '--scan-timeout=90s',
      '--interval=1h',
    ),
    'certSecretRef:\n  name: tls\nimage: ghcr.io/a/bb\ninterval: 1h0m0s\nsecretRef:\n  name: pull\ntimeout: 1m30s\n'
      .replaceAll(/^/gm, '  ')
      .trimEnd()
      .concat('\n'),
  );
  assert.equal(
    print(
      'image',
      'policy',
      'web',
      '--image-ref=web',
      '--select-alpha=desc',
      '--reflect-digest=Always',
      '--interval=10m',
    ),
    '  digestReflectionPolicy: Always\n  imageRepositoryRef:\n    name: web\n  interval: 10m0s\n  policy:\n    alphabetical:\n      order: desc\n',
  );
  assert.match(
    print(
      'image',
      'update',
      'auto',
      '--git-repo-ref=fleet',
      '--git-repo-namespace=flux',
      '--checkout-branch=main',
      '--author-name=a',
      '--author-email=a@b',
      '--commit-template={{ .AutomationObject }}',
      '--signing-key-secret=key',
      '--signing-key-type=ssh',
    ),
    /^ {2}git:\n {4}checkout:\n {6}ref:\n {8}branch: main\n {4}commit:\n {6}author:\n {8}email: a@b\n {8}name: a\n {6}messageTemplate: '\{\{ \.AutomationObject \}\}'\n {6}signingKey:\n {8}secretRef:\n {10}name: key\n {8}type: ssh\n {2}interval: 1m0s\n {2}sourceRef:\n {4}kind: GitRepository\n {4}name: fleet\n {4}namespace: flux\n$/,
  );
  assert.equal(
    print(
      'source',
      'git',
      'fleet',
      '--url=ssh://git@x/y',
      '--tag=v1',
      '--branch=main',
      '--ignore-paths=a,b',
      '--sparse-checkout-paths=apps,infra',
      '--recurse-submodules',
      '--provider=azure',
    ),
    '  ignore: |-\n    a\n    b\n  interval: 1m0s\n  provider: azure\n  recurseSubmodules: true\n  ref:\n    tag: v1\n  sparseCheckout:\n  - apps\n  - infra\n  url: ssh://git@x/y\n',
  );
});

for (const [args, sentence] of [
  [['image', 'repository', 'web'], 'an image repository (--image) is required'],
  [
    ['image', 'repository', 'web', '--image=https://x/y'],
    "unable to parse image value: image 'https://x/y' should not include URL scheme; remove 'https://'",
  ],
  [
    ['image', 'repository', 'Web', '--image=a/bb'],
    'metadata.name must consist of lower case letters, digits, "-" and ".", and begin and end with a letter or digit',
  ],
  [
    ['image', 'repository', 'web', '--image=a/bb', '--scan-timeout=1h'],
    'spec.timeout must be a duration in minutes, seconds or milliseconds such as 90s or 5m (hours are not accepted here)',
  ],
  [['image', 'repository', 'web', '--image=a/bb', '--label=x'], '--label takes key=value, got "x"'],
  [
    ['image', 'policy', 'web', '--image-ref=web'],
    'a policy must be provided with either --select-semver, --select-alpha, or --select-numeric',
  ],
  [
    ['image', 'policy', 'web', '--image-ref=web', '--select-alpha=up'],
    '--select-alpha takes one of asc, desc, got "up"',
  ],
  [
    ['image', 'policy', 'web', '--image-ref=web', '--select-alpha=asc', '--filter-extract=$x'],
    'cannot specify --filter-extract without specifying --filter-regex',
  ],
  [
    [
      'image',
      'policy',
      'web',
      '--image-ref=web',
      '--select-alpha=asc',
      '--filter-regex=(?P<ts>.*)',
      '--filter-extract=$time',
    ],
    '--filter-extract names the group "time", and --filter-regex has only ts',
  ],
  [
    ['image', 'policy', 'web', '--image-ref=web', '--select-alpha=asc', '--interval=5m'],
    '--interval is for looking up digests, and so only goes with --reflect-digest=Always',
  ],
  [
    ['image', 'update', 'auto', '--git-repo-ref=x', '--checkout-branch=main', '--author-name=x'],
    'the author email is required (--author-email)',
  ],
  [
    ['source', 'git', 'fleet', '--url=https://x'],
    'a Git ref is required, use one of the following: --branch, --tag, --commit, --ref-name or --tag-semver',
  ],
] as const) {
  test(`create ${args.join(' ')} is refused`, () => {
    const { code, stdout, stderr } = runProgram(['create', ...args, '--export']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.ok(stderr.startsWith(`✗ ${sentence}`), stderr);
  });
}

test('a new object goes into a file of its own, and a second of the same name is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-create-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const args = [
    'create',
    'source',
    'git',
    'fleet',
    '--url=file:///srv/fleet.git',
    '--branch=main',
    '-f',
    folder,
    '--state',
    join(folder, 'state'),
  ];
  const first = runProgram(args);
  assert.equal(first.code, 0);
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  assert.equal(
    first.stderr,
    `✚ generating GitRepository source\n► applying GitRepository source\n✔ GitRepository source created in ${folder}/${file}\n`,
  );
  assert.match(readFileSync(join(folder, file), 'utf8'), /url: file:\/\/\/srv\/fleet\.git/);
  const second = runProgram(args);
  assert.equal(second.code, 2);
  assert.match(second.stderr, /✗ GitRepository flux-system\/fleet exists already: it is defined in .*:1\n$/);
});

test('what YAML 1.1 would read as something else is written in quotes', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-create-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const created = runProgram([
    'create',
    'source',
    'git',
    'fleet',
    '--url=https://x/y',
    '--branch=on',
    '-f',
    folder,
  ]);
  assert.equal(created.code, 0, created.stderr);
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  assert.match(readFileSync(join(folder, file), 'utf8'), /branch: "on"/);
  assert.equal(
    runProgram(['get', 'source', 'git', '-f', folder, '-o', 'name']).stdout,
    'gitrepository.source.toolkit.fluxcd.io/fleet\n',
  );
});
