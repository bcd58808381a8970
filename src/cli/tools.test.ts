import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { type ProgramRun, runProgram } from './testing/run-program.ts';

interface Folder {
  readonly path: string;
  write(name: string, text: string | Buffer): void;
  read(name: string): string;
  run(args: readonly string[], input?: string): ProgramRun;
  json(args: readonly string[], input?: string): unknown;
}

function folderWith(t: TestContext, files: Readonly<Record<string, string>> = {}): Folder {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-tools-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const write = (name: string, text: string | Buffer): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const run = (args: readonly string[], input = ''): ProgramRun => runProgram(args, { cwd: path, input });
  return {
    path,
    write,
    read: (name) => readFileSync(join(path, name), 'utf8'),
    run,
    json: (args, input) => JSON.parse(run([...args, '-o', 'json'], input).stdout) as unknown,
  };
}

const marked = `spec:
  image: ghcr.io/acme/web:1.0.0 # {"$imagepolicy": "apps:web"}
  tag: "1.0.0" # {"$imagepolicy": "apps:web:tag"}
  other: 3 # {"$imagepolicy": "apps:other:tag"}
`;

const policy = `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: apps}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: '>=1.0.0'}}}
`;

test('markers list shows every marker with its place, and what cannot be read', (t) => {
  const folder = folderWith(t, {
    'b/web.yaml': marked,
    'a/.hidden/Kustomization': 'x: y # {"$imagepolicy": "apps:web:name"}\n',
    'template.yml': '{{- if .x }}\na: b # {"$imagepolicy": "apps:web"}\n{{- end }}\n',
    'ignored.json': marked,
    '.git/web.yaml': marked,
    'UPPER.YAML': marked,
  });
  const { code, stdout, stderr } = folder.run(['markers', 'list', '.']);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    [
      'PLACE                \tPOLICY    \tPART \tVALUE                 \t',
      'a/.hidden/Kustomization:1:4\tapps/web  \tname \ty                     \t',
      'b/web.yaml:2:10      \tapps/web  \timage\tghcr.io/acme/web:1.0.0\t',
      'b/web.yaml:3:8       \tapps/web  \ttag  \t1.0.0                 \t',
      'b/web.yaml:4:10      \tapps/other\ttag  \t3                     \t',
      '',
    ]
      .map((line) =>
        line.replace(/^(PLACE|b\/web\.yaml:\d+:\d+)\s*\t/, (_, place: string) => `${place.padEnd(27)}\t`),
      )
      .join('\n'),
  );
  assert.match(stderr, /^⚠ template\.yml:\d: .*template/);
  const report = folder.json(['markers', 'list', folder.path]) as {
    markers: unknown[];
    unreadable: { file: string; line: number; reason: string; message: string }[];
  };
  assert.deepEqual(report.markers[1], {
    file: `${folder.path}/b/web.yaml`,
    line: 2,
    column: 10,
    policy: 'apps/web',
    part: 'image',
    value: 'ghcr.io/acme/web:1.0.0',
  });
  assert.deepEqual(
    report.unreadable.map(({ file, line, reason }) => [file, line, reason]),
    [[`${folder.path}/template.yml`, 3, 'Template']],
  );
});

test('markers list of a single file takes it whatever its name', (t) => {
  const folder = folderWith(t, { 'values.txt': marked });
  assert.match(folder.run(['markers', 'list', 'values.txt']).stdout, /^values\.txt:2:10\s/m);
});

test('markers set writes the values and no other byte, keeps the mode, and leaves nothing behind', (t) => {
  const folder = folderWith(t, {
    'web.yaml': marked,
    'same.yaml': 'tag: 2.0.0 # {"$imagepolicy": "apps:web:tag"}\n',
  });
  chmodSync(join(folder.path, 'web.yaml'), 0o755);
  const set = ['markers', 'set', '.', '--image', 'apps/web=ghcr.io/acme/web:2.0.0'];

  const before = folder.json([...set, '--dry-run']);
  assert.equal(folder.read('web.yaml'), marked);
  const done = folder.json(set);
  assert.deepEqual(before, done);
  assert.deepEqual(done, {
    changes: [
      {
        file: 'web.yaml',
        line: 2,
        policy: 'apps/web',
        part: 'image',
        old: 'ghcr.io/acme/web:1.0.0',
        new: 'ghcr.io/acme/web:2.0.0',
      },
      { file: 'web.yaml', line: 3, policy: 'apps/web', part: 'tag', old: '1.0.0', new: '2.0.0' },
    ],
    refused: [],
    unchanged: 1,
  });
  assert.equal(folder.read('web.yaml'), marked.replaceAll('1.0.0', '2.0.0'));
  assert.equal(statSync(join(folder.path, 'web.yaml')).mode & 0o777, 0o755);
  assert.deepEqual(readdirSync(folder.path).sort(), ['same.yaml', 'web.yaml']);
  const again = folder.run(set);
  assert.deepEqual(
    [again.code, again.stdout, again.stderr],
    [0, '', '✔ nothing to change, 3 unchanged in .\n'],
  );
});

test('markers set writes through links inside of the folder, and never out of it', (t) => {
  const outside = folderWith(t, { 'far.yaml': marked });
  const folder = folderWith(t, { 'real/web.yaml': marked });
  symlinkSync('real/web.yaml', join(folder.path, 'link.yaml'));
  symlinkSync(join(outside.path, 'far.yaml'), join(folder.path, 'far.yaml'));
  symlinkSync('nowhere', join(folder.path, 'dangling.yaml'));
  symlinkSync(outside.path, join(folder.path, 'folder'));
  const { code, stdout } = folder.run(['markers', 'set', '.', '--image', 'apps/web=a/b:2', '-o', 'json']);
  assert.equal(code, 1);
  const report = JSON.parse(stdout) as {
    changes: { file: string }[];
    refused: { file: string; reason: string }[];
    unchanged: number;
  };
  assert.deepEqual(
    report.changes.map(({ file }) => file),
    ['link.yaml', 'link.yaml'],
  );
  assert.equal(report.unchanged, 2);
  assert.deepEqual(
    report.refused.map(({ file, reason }) => [file, reason]),
    [['far.yaml', 'LinkLeadsOutside']],
  );
  assert.equal(outside.read('far.yaml'), marked);
  assert.equal(readlinkSync(join(folder.path, 'link.yaml')), 'real/web.yaml');
  assert.ok(lstatSync(join(folder.path, 'link.yaml')).isSymbolicLink());
  assert.match(folder.read('real/web.yaml'), /image: a\/b:2 #/);
});

test('a marked file that cannot be read is refused, and the others are written', (t) => {
  const folder = folderWith(t, {
    'web.yaml': marked,
    'broken.yaml': 'a: "x # {"$imagepolicy": "apps:web"}\n',
  });
  const { code, stderr } = folder.run(['markers', 'set', '.', '--image', 'apps/web=a/b:2']);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^⚠ broken\.yaml was left as it is: .*\n✔ 2 values in 1 file changed, 0 unchanged in \.\n$/,
  );
  assert.match(folder.read('web.yaml'), /image: a\/b:2 #/);
});

for (const [args, sentence] of [
  [[], /say what to write, with --image/],
  [['--image', 'web=a/b:1'], /--image takes namespace\/policy=name:tag\[@digest\], got "web=a\/b:1"/],
  [['--image', 'apps/web=a/b'], /--image takes namespace\/policy=name:tag/],
  [['--image', 'apps/web=a/b:1@sha256:12'], /this is no image with a tag/],
  [['--image', 'apps/web=a/b:1', '--image', 'apps:web=a/b:2'], /--image names apps\/web twice/],
] as const) {
  test(`markers set ${args.join(' ')} is refused`, (t) => {
    const { code, stderr } = folderWith(t, { 'web.yaml': marked }).run(['markers', 'set', '.', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, sentence);
  });
}

test('a digest is written where one is asked for', (t) => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const folder = folderWith(t, {
    'web.yaml':
      'image: a/b:1 # {"$imagepolicy": "apps:web"}\ndigest: "" # {"$imagepolicy": "apps:web:digest"}\nname: x # {"$imagepolicy": "apps:web:name"}\n',
  });
  assert.equal(
    folder.run(['markers', 'set', 'web.yaml', '--image', `apps/web=localhost:5000/web:2@${digest}`]).code,
    0,
  );
  assert.equal(
    folder.read('web.yaml'),
    `image: localhost:5000/web:2@${digest} # {"$imagepolicy": "apps:web"}\ndigest: "${digest}" # {"$imagepolicy": "apps:web:digest"}\nname: localhost:5000/web # {"$imagepolicy": "apps:web:name"}\n`,
  );
});

test('markers lint names what is wrong, where, and how badly', (t) => {
  const folder = folderWith(t, {
    'apps/web.yaml': `a: 1 # {"$imagepolicy": "apps/web"}\nb: 2 # {"$imagepolicy": "apps:wbe"}\n# {"$imagepolicy": "apps:web"}\nc: 3\n`,
    'apps/broken.yaml': 'a: "x # {"$imagepolicy": "apps:web"}\n',
    'objects/policy.yaml': policy,
  });
  const { code, stdout } = folder.run(['markers', 'lint', 'apps', '-f', 'objects']);
  assert.equal(code, 1);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/: error: .* \(/, ' (')),
    [
      'apps/broken.yaml:1:1 (file-unreadable)',
      'apps/web.yaml:1:6 (marker-slash)',
      'apps/web.yaml:2:4 (policy-unknown)',
      'apps/web.yaml:3:1 (place-above-key)',
    ],
  );
  assert.match(stdout, /There is no ImagePolicy apps\/wbe; did you mean apps:web\?/);
  assert.match(
    folder.run(['markers', 'lint', 'apps', '-o', 'github']).stdout,
    /^::error file=apps\/web\.yaml,line=1,col=6,title=marker-slash::Write apps:web instead of apps\/web/m,
  );
  const report = folder.json(['markers', 'lint', 'apps/web.yaml']) as { findings: object[] };
  assert.deepEqual(Object.keys(report.findings[0] ?? {}), [
    'file',
    'line',
    'column',
    'severity',
    'code',
    'message',
  ]);
});

test('markers lint of a clean folder says so', (t) => {
  const { code, stdout, stderr } = folderWith(t, { 'web.yaml': marked }).run(['markers', 'lint', '.']);
  assert.deepEqual([code, stdout, stderr], [0, '', '✔ no findings in .\n']);
});

test('policy test says which tag wins and why the others lose', (t) => {
  const folder = folderWith(t);
  const tags = '1.0.0\n1.2.0\r\n2.0.0-rc.1\n\nlatest\n1.1.0.sig\n';
  const run = folder.run(['policy', 'test', '--semver', '>=1.0.0', '--exclude', '\\.sig$'], tags);
  assert.equal(run.code, 0);
  assert.match(
    run.stdout,
    /^selected 1\.2\.0: the highest version in the range ">=1\.0\.0"\n5 listed, 1 excluded, 0 filtered, 1 unparsable, 1 out of range, 2 candidates\n\nCANDIDATE\t/,
  );
  const report = folder.json(
    ['policy', 'test', '-', '--semver', '>=1.0.0', '--exclude', '\\.sig$', '--limit', '1'],
    tags,
  ) as { rejected: { tag: string; stage: string }[] };
  assert.deepEqual(
    { ...report, rejected: report.rejected.map(({ tag, stage }) => [tag, stage]) },
    {
      selected: '1.2.0',
      counts: { listed: 5, excluded: 1, filtered: 0, unparsable: 1, outOfRange: 1, candidates: 2 },
      candidates: [{ tag: '1.2.0', value: '1.2.0' }],
      rejected: [
        ['2.0.0-rc.1', 'out-of-range'],
        ['latest', 'unparsable'],
        ['1.1.0.sig', 'excluded'],
      ],
    },
  );
});

test('policy test compares what the filter extracts, and keeps the current tag on a tie', (t) => {
  const folder = folderWith(t, { 'tags.txt': 'dev-010-a\ndev-10-b\nmain-99-c\n' });
  const args = [
    'policy',
    'test',
    'tags.txt',
    '--numerical',
    'asc',
    '--filter-pattern',
    '^dev-(?P<n>[0-9]+)-',
    '--filter-extract',
    '$n',
  ];
  assert.equal(
    (folder.json([...args, '--current', 'dev-010-a']) as { selected: string }).selected,
    'dev-010-a',
  );
  assert.deepEqual((folder.json(args) as { candidates: object[] }).candidates, [
    { tag: 'dev-10-b', value: '10' },
    { tag: 'dev-010-a', value: '010' },
  ]);
});

test('policy test reads a policy from a file, with the exclusion list of its repository', (t) => {
  const repository =
    'apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata: {name: web, namespace: apps}\nspec: {image: a/b, interval: 1m, exclusionList: [beta]}\n';
  const folder = folderWith(t, {
    'policy.yaml': `${policy}---\n${repository}---\n${policy.replace('name: web', 'name: api')}`,
  });
  const tags = '1.0.0\n1.1.0+beta\n';
  const several = folder.run(['policy', 'test', '-f', 'policy.yaml'], tags);
  assert.equal(several.code, 2);
  assert.match(
    several.stderr,
    /choose one with --name, of apps\/api, apps\/web|choose one with --name, of apps\/web, apps\/api/,
  );
  const report = folder.json(['policy', 'test', '-f', 'policy.yaml', '--name', 'apps/web'], tags) as {
    selected: string;
    counts: { excluded: number };
  };
  assert.deepEqual([report.selected, report.counts.excluded], ['1.0.0', 1]);
});

test('policy test ends with 1 when nothing is selected, and with 2 for a bad policy', (t) => {
  const folder = folderWith(t, { 'bad.yaml': policy.replace("'>=1.0.0'", '1.0') });
  const none = folder.run(['policy', 'test', '--semver', '>=9.0.0', '-o', 'json'], '1.0.0\n');
  assert.deepEqual([none.code, (JSON.parse(none.stdout) as { selected: null }).selected], [1, null]);
  assert.equal(folder.run(['policy', 'test', '--alphabetical', 'asc'], '').code, 1);
  for (const [args, sentence] of [
    [['--semver', 'not a range'], /^✗ invalid policy: improper constraint: "not a range"\n$/],
    [['--alphabetical', 'asc', '--filter-pattern', '(?=x)'], /invalid regular expression pattern/],
    [['--alphabetical', 'asc', '--exclude', '('], /failed to compile regex/],
    [
      ['-f', 'bad.yaml'],
      /^✗ bad\.yaml:4:66: ImagePolicy apps\/web: spec\.policy\.semver\.range must be text/,
    ],
    [['--semver', '*', '--numerical', 'asc'], /exactly one of -f, --semver, --numerical and --alphabetical/],
    [[], /exactly one of/],
    [['--semver', '*', '--name', 'x'], /--name picks a policy of the file/],
  ] as const) {
    const { code, stderr } = folder.run(['policy', 'test', ...args], '1.0.0\n');
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, sentence);
  }
});

test('template test renders byte for byte, over a sample or over given data', (t) => {
  const data = {
    automation: { namespace: 'apps', name: 'auto' },
    values: { env: 'dev' },
    changes: [{ file: 'a.yaml', kind: 'Job', old: '1', new: '2', setter: 'apps:web' }],
  };
  const folder = folderWith(t, {
    'data.json': JSON.stringify(data),
    'message.tmpl':
      '{{ .AutomationObject }} {{ .Values.env }}{{ range $f, $_ := .Changed.FileChanges }} {{ $f }}{{ end }}',
  });
  assert.deepEqual(folder.run(['template', 'test', '--file', 'message.tmpl', '--data', 'data.json']), {
    code: 0,
    stdout: 'apps/auto dev a.yaml',
    stderr: '',
  });
  assert.equal(folder.run(['template', 'test'], '{{ len .Changed.Changes }} changes').stdout, '1 changes');
});

test('a template that does not parse or run is shown with its place', (t) => {
  const folder = folderWith(t, {
    'message.tmpl': 'line one\n  {{ .Nope.Field }}',
    'data.json': '{"changes":[{"file":5}]}',
    'no.json': '{',
  });
  for (const [args, input, sentence] of [
    [[], 'a\n {{ end', /^✗ standard input:2:\d+: /],
    [['--file', 'message.tmpl'], '', /^✗ message\.tmpl:2:\d+: /],
    [[], '{{ .Updated.Files }}', /template uses removed '\.Updated' field/],
    [['--data', 'data.json'], 'x', /^✗ data\.json: changes\.0\.file: /],
    [['--data', 'no.json'], 'x', /^✗ no\.json is not JSON\n$/],
    [['--data', '-'], 'x', /standard input can be read once/],
  ] as const) {
    const { code, stdout, stderr } = folder.run(['template', 'test', ...args], input);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, sentence);
  }
});

test('validate names every problem, and counts what it skipped', (t) => {
  const folder = folderWith(t, {
    'good.yaml': policy,
    'bad.yaml': policy.replace('name: web, namespace', 'name: bad, namespace').replace('semver:', 'semvre:'),
    'other.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n',
  });
  const { code, stdout, stderr } = folder.run(['validate', '-f', '.', '-v']);
  assert.equal(code, 1);
  assert.equal(
    stdout,
    'bad.yaml:4:50: ImagePolicy apps/bad: unknown field "spec.policy.semvre", did you mean "spec.policy.semver"?\n',
  );
  assert.match(
    stderr,
    /other\.yaml:1: skipped Deployment web: a kind that Tidemark does not handle\n✗ 1 problem, 1 valid object, 1 document of other kinds skipped\n$/,
  );
  assert.equal(runProgram(['validate', '-f', '-'], { input: policy }).stderr, '✔ 1 valid object\n');
  assert.equal(folder.run(['validate']).code, 2);
});
