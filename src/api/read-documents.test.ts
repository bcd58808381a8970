import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatProblem } from './documents.ts';
import type { DocumentsRead } from './documents.ts';
import { readDocuments } from './read-documents.ts';
import { secretValue, type Secret } from './secret.ts';

function read(text: string): DocumentsRead {
  return readDocuments(Buffer.from(text), 'objects.yaml');
}

function problemsOf(text: string): string[] {
  return read(text).problems.map(formatProblem);
}

const repository = `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app}
spec:
  image: ghcr.io/acme/app
  interval: 5m
`;

const policy = `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: app, namespace: apps}
spec:
  imageRepositoryRef: {name: app}
  policy: {semver: {range: '>=1.0.0'}}
`;

test('an object comes back with its defaults, its place and the default namespace', () => {
  const { objects, problems } = read(`# a comment\n---\n${repository}`);
  assert.deepEqual(problems, []);
  assert.deepEqual(objects, [
    {
      object: {
        apiVersion: 'image.toolkit.fluxcd.io/v1',
        kind: 'ImageRepository',
        metadata: { name: 'app', namespace: 'flux-system' },
        spec: {
          image: 'ghcr.io/acme/app',
          interval: '5m',
          exclusionList: ['^.*\\.sig$'],
          provider: 'generic',
        },
      },
      file: 'objects.yaml',
      line: 3,
      documentRange: { start: 12, end: 12 + 4 + repository.length },
      listed: false,
    },
  ]);
});

test('the default namespace can be another one', () => {
  const { objects } = readDocuments(Buffer.from(repository), 'x.yaml', { defaultNamespace: 'team-a' });
  assert.equal(objects[0]?.object.metadata.namespace, 'team-a');
});

test('documents, Lists and lists of lists are unpacked in order', () => {
  const item = (name: string): string =>
    JSON.stringify({
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImageRepository',
      metadata: { name },
      spec: { image: 'a/b', interval: '1m' },
    });
  const { objects, skipped, problems } = read(
    `---\n---\n${policy}---\n# nothing here\n---\n{apiVersion: v1, kind: List, items: [${item('one')}, {apiVersion: v1, kind: List, items: [${item('two')}]}]}\n` +
      `---\n{kind: ImageRepositoryList, apiVersion: image.toolkit.fluxcd.io/v1, items: [${item('three')}]}\n...\n`,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(skipped, []);
  assert.deepEqual(
    objects.map((found) => [found.object.metadata.name, found.listed]),
    [
      ['app', false],
      ['one', true],
      ['two', true],
      ['three', true],
    ],
  );
});

test('a broken document spoils only itself', () => {
  const { objects, problems } = read(
    `${repository}---\napiVersion: image.toolkit.fluxcd.io/v1\nkind: "ImagePolicy\n---\n${policy}`,
  );
  assert.deepEqual(
    objects.map((found) => found.object.kind),
    ['ImageRepository'],
  );
  assert.equal(problems.length, 1);
  const second = read(
    `${repository}---\napiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nspec: [}\n---\n${policy}`,
  );
  assert.deepEqual(
    second.objects.map((found) => found.object.kind),
    ['ImageRepository', 'ImagePolicy'],
  );
  assert.equal(second.problems[0]?.line, 10);
});

test('kinds that are not ours are skipped with their names, whether the file holds ours or not', () => {
  const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  labels: {a: b}\n  name: web\n';
  const skipped = {
    file: 'objects.yaml',
    line: 1,
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'web',
    reason: 'a kind that Tidemark does not handle',
  };
  assert.deepEqual(read(`${deployment}---\n${deployment}`).skipped, [skipped, { ...skipped, line: 6 }]);
  assert.deepEqual(read(`${deployment}---\n${repository}`).skipped, [skipped]);
});

for (const [title, text] of [
  ['a Kustomize file', 'resources:\n- a.yaml\n'],
  ['Helm values', 'image:\n  tag: 1.0.0\n'],
  ['a Helm template', '{{- if .Values.x }}\nkind: Deployment\n{{- end }}\n'],
  [
    'a Helm template of a Secret',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\n{{- if x }}\n  a: b\n{{- end }}\n',
  ],
  ['a broken file without our kinds', 'a: [1, 2\nb: "x\n'],
  [
    'an ImagePolicy of another product',
    'apiVersion: config.openshift.io/v1\nkind: ImagePolicy\nmetadata: {name: x}\n',
  ],
  [
    "another kind of Flux's source group",
    'apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: x}\n',
  ],
  [
    'a Secret encrypted with SOPS',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {a: "ENC[x]"}\nsops: {version: 3}\n',
  ],
  ['a plain text', 'hello\n'],
] as const) {
  test(`${title} is skipped with a reason and is no problem`, () => {
    const { objects, skipped, problems } = read(text);
    assert.deepEqual(problems, []);
    assert.deepEqual(objects, []);
    assert.ok(skipped.length > 0 && skipped.every((entry) => entry.reason !== ''));
  });
}

test('an empty file, a comment and a lone separator hold nothing', () => {
  for (const text of ['', '# kind: ImagePolicy\n', '---\n', '# kind: Secret\n---\n# b\n---\n']) {
    assert.deepEqual([read(text).objects, read(text).problems], [[], []]);
  }
});

const broken = (spec: string, kind = 'ImageRepository'): string =>
  `apiVersion: ${kind === 'GitRepository' ? 'source' : 'image'}.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: {name: app}\nspec:\n${spec}`;

for (const [title, text, problem] of [
  [
    'an unknown field names its neighbour',
    broken('  image: a/b\n  intervall: 5m\n  interval: 5m\n'),
    'objects.yaml:6:3: ImageRepository flux-system/app: unknown field "spec.intervall", did you mean "spec.interval"?',
  ],
  [
    'an unknown field that exists elsewhere names that place',
    broken('  url: https://x/y\n  interval: 5m\n  branch: main\n', 'GitRepository'),
    'objects.yaml:7:3: GitRepository flux-system/app: unknown field "spec.branch", did you mean "spec.ref.branch"?',
  ],
  [
    'a missing field says what it is for',
    broken('  image: a/b\n'),
    'objects.yaml:4:1: ImageRepository flux-system/app: spec.interval is missing. How long to wait between two scans.',
  ],
  [
    'null counts as missing',
    broken('  image: a/b\n  interval:\n'),
    'objects.yaml:6:3: ImageRepository flux-system/app: spec.interval is missing. How long to wait between two scans.',
  ],
  [
    'a number where text is wanted is to be put in quotes as it is spelled',
    broken('  imageRepositoryRef: {name: app}\n  policy: {semver: {range: 1.10}}\n', 'ImagePolicy'),
    'objects.yaml:6:28: ImagePolicy flux-system/app: spec.policy.semver.range must be text, not a number: put it in quotes, "1.10"',
  ],
  [
    'a bare number is no duration',
    broken('  image: a/b\n  interval: 300\n'),
    'objects.yaml:6:13: ImageRepository flux-system/app: spec.interval must be a duration such as 30s, 5m or 1h30m, got "300"',
  ],
  [
    'a timeout has no hours',
    broken('  image: a/b\n  interval: 5m\n  timeout: 1h\n'),
    'objects.yaml:7:12: ImageRepository flux-system/app: spec.timeout must be a duration in minutes, seconds or milliseconds such as 90s or 5m (hours are not accepted here), got "1h"',
  ],
  [
    'a word outside of an enumeration gets the list',
    broken('  image: a/b\n  interval: 5m\n  provider: amazon\n'),
    'objects.yaml:7:13: ImageRepository flux-system/app: spec.provider must be one of generic, aws, azure, gcp, got "amazon"',
  ],
  [
    'a slip in an enumeration gets the word',
    broken('  imageRepositoryRef: {name: app}\n  policy: {numerical: {order: ascd}}\n', 'ImagePolicy'),
    'objects.yaml:6:31: ImagePolicy flux-system/app: spec.policy.numerical.order must be one of asc, desc, got "ascd", did you mean asc?',
  ],
  [
    'a single value where a list is wanted',
    broken('  image: a/b\n  interval: 5m\n  exclusionList: x\n'),
    'objects.yaml:7:18: ImageRepository flux-system/app: spec.exclusionList must be a list, not text: begin each entry with "- "',
  ],
  [
    'an exclusion list has at most 25 entries',
    broken(
      `  image: a/b\n  interval: 5m\n  exclusionList: [${Array.from({ length: 26 }, () => 'x').join(', ')}]\n`,
    ),
    'objects.yaml:7:18: ImageRepository flux-system/app: spec.exclusionList must have at most 25 entries',
  ],
  [
    'an interval without digests is refused',
    broken('  imageRepositoryRef: {name: app}\n  policy: {numerical: {}}\n  interval: 5m\n', 'ImagePolicy'),
    "objects.yaml:7:3: ImagePolicy flux-system/app: spec.interval is only accepted when spec.digestReflectionPolicy is set to 'Always'",
  ],
  [
    'digests in every run need an interval',
    broken(
      '  imageRepositoryRef: {name: app}\n  policy: {numerical: {}}\n  digestReflectionPolicy: Always\n',
      'ImagePolicy',
    ),
    "objects.yaml:7:3: ImagePolicy flux-system/app: spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
  ],
  [
    'a service account for Git needs azure or aws',
    broken(
      '  url: https://x/y\n  interval: 1m\n  serviceAccountName: sa\n  provider: github\n',
      'GitRepository',
    ),
    "objects.yaml:7:3: GitRepository flux-system/app: serviceAccountName can only be set when provider is 'azure' or 'aws'",
  ],
  [
    'a scp-like Git address gets the other spelling',
    broken('  url: git@example.com:a/b\n  interval: 1m\n', 'GitRepository'),
    'objects.yaml:5:8: GitRepository flux-system/app: spec.url must begin with https://, http:// or ssh:// (file:// without a cluster); write git@host:path as ssh://git@host/path',
  ],
  [
    'a source of another kind is refused',
    broken('  interval: 1m\n  sourceRef: {kind: OCIRepository, name: x}\n', 'ImageUpdateAutomation'),
    'objects.yaml:6:21: ImageUpdateAutomation flux-system/app: spec.sourceRef.kind must be GitRepository, got "OCIRepository"',
  ],
  [
    'a bad name says how names look',
    repository.replace('name: app', 'name: App'),
    'objects.yaml:3:18: ImageRepository flux-system/App: metadata.name must consist of lower case letters, digits, "-" and ".", and begin and end with a letter or digit, got "App"',
  ],
  [
    'a missing name is pointed at',
    repository.replace('{name: app}', '{labels: {}}'),
    'objects.yaml:3:1: ImageRepository flux-system/(without a name): metadata.name is missing. The name of the object.',
  ],
  [
    'duplicate keys are refused',
    broken('  image: a/b\n  interval: 5m\n  image: a/c\n'),
    'objects.yaml:7:3: the document cannot be read as YAML: the key "image" stands twice in one mapping',
  ],
  [
    'an old version says what moved',
    repository.replace('/v1', '/v1beta2'),
    'objects.yaml:1:13: ImageRepository flux-system/app: apiVersion image.toolkit.fluxcd.io/v1beta2 is no longer served: write image.toolkit.fluxcd.io/v1 (the spec stays as it is)',
  ],
  [
    'a slip in the group gets the group',
    repository.replace('image.toolkit.fluxcd.io', 'images.toolkit.fluxcd.io'),
    'objects.yaml:1:13: ImageRepository flux-system/app: apiVersion images.toolkit.fluxcd.io/v1 is not known, did you mean image.toolkit.fluxcd.io/v1?',
  ],
  [
    'a slip in the kind gets the kind',
    repository.replace('ImageRepository', 'ImageRepo'),
    'objects.yaml:2:7: ImageRepo flux-system/app: there is no kind ImageRepo in image.toolkit.fluxcd.io/v1; known kinds: GitRepository, ImageRepository, ImagePolicy, ImageUpdateAutomation',
  ],
  [
    'a missing apiVersion is named',
    repository.replace(/^.*\n/, ''),
    'objects.yaml:1:7: ImageRepository flux-system/app: apiVersion is missing: ImageRepository needs apiVersion: image.toolkit.fluxcd.io/v1',
  ],
  [
    'a tab in the indentation is named',
    'apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata:\n\tname: x\n',
    'objects.yaml:4:1: the document cannot be read as YAML: a tab is used for indentation; YAML allows only spaces',
  ],
  [
    'a template with our kinds is to be rendered first',
    repository.replace('name: app', 'name: {{ .Release.Name }}'),
    'objects.yaml:3:19: the document cannot be read as YAML: a mapping or list cannot be a key; if this is a template, render it first',
  ],
  [
    'an alias without an anchor is named',
    broken('  image: *x\n  interval: 5m\n'),
    'objects.yaml:5:10: the document cannot be read as YAML: the alias *x has no anchor &x before it',
  ],
  [
    'an alias inside its own anchor is named',
    broken('  image: &x [*x]\n  interval: 5m\n'),
    'objects.yaml:5:14: the document cannot be read as YAML: the alias *x stands inside its own anchor',
  ],
] as const) {
  test(title, () => assert.deepEqual(problemsOf(text), [problem]));
}

test('every problem of an object is reported, in the order of the file', () => {
  assert.deepEqual(
    read(broken('  imge: a/b\n  interval: soon\n  provider: x\n')).problems.map((problem) => [
      problem.line,
      problem.field,
    ]),
    [
      [4, 'spec.image'],
      [5, 'spec.imge'],
      [6, 'spec.interval'],
      [7, 'spec.provider'],
    ],
  );
});

test('aliases that expand without end are refused in no time', () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]\n`,
  );
  const [problem] = problemsOf(
    `apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\na0: &a0 x\n${levels.join('')}`,
  );
  assert.match(problem ?? '', /the aliases expand to more than 100000 values$/);
});

test('a hundred thousand brackets are refused', () => {
  const [problem] = problemsOf(`kind: ImagePolicy\nx: ${'['.repeat(100_000)}`);
  assert.match(problem ?? '', /cannot be read as YAML/);
});

test('anchors, aliases and merge keys are followed, and own keys win', () => {
  const { objects, problems } = read(
    `---\napiVersion: v1\nkind: List\nitems:\n- &base\n  apiVersion: image.toolkit.fluxcd.io/v1\n  kind: ImageRepository\n  metadata: {name: one}\n  spec: &spec {image: a/b, interval: 1m}\n` +
      `- <<: *base\n  metadata: {name: two}\n  spec: {<<: *spec, interval: 2m}\n`,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    objects.map(
      ({ object }) =>
        object.kind === 'ImageRepository' && [object.metadata.name, object.spec.image, object.spec.interval],
    ),
    [
      ['one', 'a/b', '1m'],
      ['two', 'a/b', '2m'],
    ],
  );
});

test('a wrong value behind an alias is found where it is spelled', () => {
  const text = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: image.toolkit.fluxcd.io/v1\n  kind: ImageRepository\n  metadata: {name: one}\n  spec: &spec {image: a/b, interval: 5}\n- {apiVersion: image.toolkit.fluxcd.io/v1, kind: ImageRepository, metadata: {name: two}, spec: *spec}\n`;
  assert.deepEqual(
    read(text).problems.map((problem) => [problem.object, problem.line, problem.column]),
    [
      ['ImageRepository flux-system/one', 7, 38],
      ['ImageRepository flux-system/two', 7, 38],
    ],
  );
});

test('booleans of YAML 1.1 are booleans, as they are for kubectl', () => {
  const { objects } = read(broken('  image: a/b\n  interval: 5m\n  suspend: yes\n  insecure: Off\n'));
  const object = objects[0]?.object;
  assert.ok(object?.kind === 'ImageRepository');
  assert.deepEqual([object.spec.suspend, object.spec.insecure], [true, false]);
});

test('what a server adds is dropped: status, uid, managed fields', () => {
  const { objects, problems } = read(
    repository.replace(
      '{name: app}',
      '{name: app, uid: x, resourceVersion: "1", creationTimestamp: null, managedFields: [], finalizers: [a], ownerReferences: []}',
    ) + 'status: {observedGeneration: 3, whatever: 1}\n',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(objects[0]?.object.metadata, { name: 'app', namespace: 'flux-system' });
  assert.equal(objects[0]?.object.status, undefined);
});

test('stringData is merged into data, and wins', () => {
  const { objects } = read(
    'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: YQ==, b: Yg==}\nstringData: {b: bee, c: "é"}\n',
  );
  const secret = objects[0]?.object as Secret;
  assert.equal(secret.type, 'Opaque');
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => secretValue(secret, key)?.toString()),
    ['a', 'bee', 'é', undefined],
  );
  assert.equal(secretValue(secret, 'toString'), undefined);
});

test('no problem of a Secret shows a value', () => {
  const canary = 'canary5ecret';
  const texts = [
    `data: {password: ${canary}-}`,
    `data: {password: {x: ${canary}}}`,
    `stringData: {password: [${canary}]}`,
    `stringData: {password: 5}\ntype: [${canary}]`,
    `password: ${canary}`,
    `stringData: {password: "${canary}}`,
    `stringData: {password: ${canary}: x}`,
    `stringData:\n  password: "\\q${canary}"`,
    `stringData:\n  password: @${canary}`,
    `stringData:\n  password: *${canary} x`,
  ];
  for (const text of texts) {
    const { problems } = read(`apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n${text}\n`);
    assert.ok(problems.length > 0, text);
    assert.ok(
      !JSON.stringify(problems).replace(`alias *${canary}`, '').includes(canary),
      JSON.stringify(problems),
    );
  }
});

test('a Namespace keeps its labels and has no namespace', () => {
  const { objects } = read('apiVersion: v1\nkind: Namespace\nmetadata: {name: apps, labels: {team: a}}\n');
  assert.deepEqual(objects[0]?.object, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'apps', namespace: '', labels: { team: 'a' } },
  });
});

test('a file that is not UTF-8 is a problem only if it holds objects of ours', () => {
  const latin1 = (text: string): DocumentsRead => readDocuments(Buffer.from(text, 'latin1'), 'x.yaml');
  assert.equal(latin1(`${repository}# é\n`).problems.length, 1);
  assert.deepEqual([latin1('a: é\n').problems.length, latin1('a: é\n').skipped.length], [0, 1]);
  const utf16 = readDocuments(
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(repository, 'utf16le')]),
    'x.yaml',
  );
  assert.match(utf16.problems[0]?.message ?? '', /UTF-16/);
});

test('a byte order mark and CRLF change nothing', () => {
  const { objects, problems } = readDocuments(
    Buffer.from(`\uFEFF${repository.replaceAll('\n', '\r\n')}`),
    'x.yaml',
  );
  assert.deepEqual(problems, []);
  assert.equal(objects[0]?.object.kind, 'ImageRepository');
});

test('a git file URL is accepted, for a home without a cluster', () => {
  assert.deepEqual(problemsOf(broken('  url: file:///srv/git/x.git\n  interval: 1m\n', 'GitRepository')), []);
});
