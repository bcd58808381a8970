import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMarkers } from './read-markers.ts';

const M = '# {"$imagepolicy": "ns:p"}';

function read(text: string | Buffer) {
  return readMarkers(Buffer.from(text));
}

/** `line:column code` of each finding, and `line:column marker` of each marker. */
function outline(text: string): string[] {
  const { markers, findings, unreadable } = read(text);
  assert.equal(unreadable, undefined);
  const found = [...markers.map((marker) => ({ ...marker, code: 'marker' })), ...findings];
  return found.sort((a, b) => a.line - b.line).map(({ line, column, code }) => `${line}:${column} ${code}`);
}

test('a marker says what it asks for, where its value stands, and in which object', () => {
  const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  image: &main "reg.io/web:1" ${M}\n`;
  const [marker, ...others] = read(text).markers;
  assert.deepEqual(others, []);
  const start = text.indexOf('"reg.io/web:1"');
  assert.deepEqual(marker, {
    namespace: 'ns',
    name: 'p',
    part: 'image',
    setter: 'ns:p',
    line: 7,
    column: 16,
    value: 'reg.io/web:1',
    style: 'double-quoted',
    range: { start, end: start + 14 },
    document: 0,
    object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' },
  });
});

test('columns count characters and ranges count bytes', () => {
  const text = `\ufeffé: {ü: "😀", x: é中 ${M}\n}\n`;
  const [marker] = read(text).markers;
  assert.deepEqual([marker?.line, marker?.column, marker?.value], [1, 16, 'é中']);
  assert.equal(Buffer.from(text).subarray(marker?.range.start, marker?.range.end).toString(), 'é中');
});

test('lines are counted the same with CR LF', () => {
  assert.deepEqual(outline(`a: 1\r\n\r\nb: x ${M}\r\n`), ['3:4 marker']);
});

const places: readonly (readonly [what: string, text: string, outline: readonly string[]])[] = [
  ['behind a value', `a: x ${M}\n`, ['1:4 marker']],
  ['above an item', `a:\n${M}\n- x\n`, ['3:3 marker']],
  ['behind a dash, with the value below', `a:\n- ${M}\n  x\n`, ['3:3 marker']],
  ['on the header of a block text', `a: | ${M}\n  x\n`, ['1:4 marker']],
  ['behind a value inside brackets', `a: [x, ${M}\n  y]\n`, ['1:5 marker']],
  ['behind an anchored value', `a: &b x ${M}\nc: *b\n`, ['1:7 marker']],
  ['above a key', `${M}\na: x\n`, ['1:1 place-above-key']],
  ['above an item that is a mapping', `a:\n${M}\n- b: x\n`, ['2:1 place-above-key']],
  ['behind the dash of a mapping', `a:\n- ${M}\n  b: x\n`, ['2:3 place-above-key']],
  ['on an alias', `a: &b x\nc: *b ${M}\n`, ['2:7 place-alias']],
  ['on the key of an alias', `a: &b x\nc: ${M}\n  *b\n`, ['2:4 place-alias']],
  ['below a value', `a: x\n${M}\n`, ['2:1 place-below']],
  ['below a value, with a blank line behind', `a: x\n${M}\n\nb: y\n`, ['2:1 place-below']],
  ['below the last value in brackets', `a: [x\n  ${M}\n]\n`, ['2:3 place-below']],
  ['in a file of comments', `${M}\n`, ['1:1 place-below']],
  ['behind a closing bracket', `a: [x] ${M}\n`, ['1:8 place-bracket']],
  ['behind an opening bracket', `a: [ ${M}\n  x]\n`, ['1:6 place-bracket']],
  ['on the key of a mapping', `a: ${M}\n  b: x\n`, ['1:4 place-collection']],
  ['on the key of a list', `a: ${M}\n- x\n`, ['1:4 place-collection']],
  ['on the second of two equal keys', `a: x\na: y ${M}\n`, ['2:6 place-duplicate-key']],
  ['below the second of two equal keys', `a: x\na:\n  b: y ${M}\n`, ['3:8 place-duplicate-key']],
  ['on an empty value', `a: ${M}\nb: x\n`, ['1:4 place-empty-value']],
  ['on a part of a key', `? [x, ${M}\n  y]\n: z\n`, ['1:7 place-key']],
  ['on a key, with the value on the next line', `a: ${M}\n  x\n`, ['1:4 place-next-line']],
  ['above an item with another comment behind it', `a:\n${M}\n- x # note\n`, ['2:1 place-other-comment']],
  ['inside a block text', `a: |\n  b: x ${M}\n`, ['2:11 place-text']],
  ['inside a quoted text', `a: 'b: x ${M}'\n`, ['1:13 place-text']],
  ['on the second of two comment lines', `a:\n# note\n${M}\n- x\n`, ['3:1 place-two-comments']],
  ['on the first of two comment lines', `a:\n${M}\n# note\n- x\n`, ['2:1 place-two-comments']],
];

for (const [what, text, expected] of places) {
  test(`${what}, a marker ${expected[0]?.endsWith(' marker') ? 'works' : 'is reported'}`, () => {
    assert.deepEqual(outline(text), expected);
  });
}

test('every finding says in one sentence what to do', () => {
  for (const [, text] of places) {
    for (const { message } of read(text).findings) assert.match(message, /^[A-Z].*[.]$/);
  }
});

test('a marker inside a text is a warning, for it may be meant for somebody else', () => {
  assert.deepEqual(
    read(`a: |\n  b: x ${M}\n`).findings.map(({ severity }) => severity),
    ['warning'],
  );
});

test('a file without the needle is not parsed', () => {
  assert.deepEqual(read('a: [\n'), { markers: [], findings: [] });
});

const unreadable: readonly (readonly [what: string, file: string | Buffer, reason: string, line: number])[] =
  [
    [
      'with a byte that is not UTF-8',
      Buffer.concat([Buffer.from(`a: x ${M}\nb: `), Buffer.from([0xff, 0x0a])]),
      'InvalidUtf8',
      2,
    ],
    [
      'with half a character at its end',
      Buffer.concat([Buffer.from(`a: x ${M}\nb: `), Buffer.from([0xe4, 0xb8])]),
      'InvalidUtf8',
      2,
    ],
    ['in UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`a: x ${M}\n`)]), 'Utf16', 1],
    ['with a NUL byte', `a: x ${M}\n\0\n`, 'NulByte', 2],
    ['with a control character', `a: x ${M}\nb: "\u0007"\n`, 'ControlCharacter', 2],
    ['with the delete character', `a: x ${M}\nb: "\u007f"\n`, 'ControlCharacter', 2],
    ['with a C1 control character', `a: x ${M}\nb: "\u0081"\n`, 'ControlCharacter', 2],
    ['with an unclosed bracket', `a: [x ${M}\n`, 'NotYaml', 2],
    ['with an unclosed quote', `b: y ${M}\na: "x\n`, 'NotYaml', 2],
    ['with a tab as indentation', `a:\n\tb: x ${M}\n`, 'NotYaml', 2],
    ['with wrong indentation', `a: 1\n b: x ${M}\n`, 'NotYaml', 2],
    ['with a line that is no pair', `a: x ${M}\nno pair\nb: y\n`, 'NotYaml', 2],
    ['with an alias of nothing', `a: x ${M}\nb: *c\n`, 'NotYaml', 2],
    ['with an alias of another document', `a: &c x ${M}\n---\nb: *c\n`, 'NotYaml', 3],
    ['with a line of a template', `a: x ${M}\n{{- if .Values.b }}\nb: y\n{{- end }}\n`, 'Template', 2],
    ['with a template in a value', `a: x ${M}\nb: {{ .Values.b }}-{{ .Values.c }}\n`, 'Template', 2],
    ['that is a list', `- x ${M}\n`, 'RootNotMapping', 1],
    ['that is a single value', `x ${M}\n`, 'RootNotMapping', 1],
    ['with one document that is a list', `a: x ${M}\n---\n- y\n`, 'RootNotMapping', 3],
    ['that nests too deep', `a: x ${M}\nb: ${'['.repeat(2000)}${']'.repeat(2000)}\n`, 'TooDeep', 2],
  ];

for (const [what, file, reason, line] of unreadable) {
  test(`a file ${what} is reported as ${reason}, with its line`, () => {
    const reading = read(file);
    assert.deepEqual([reading.markers, reading.findings], [[], []]);
    assert.deepEqual([reading.unreadable?.reason, reading.unreadable?.line], [reason, line]);
    assert.match(reading.unreadable?.message ?? '', /^It|^A document/);
  });
}

const readable: readonly (readonly [what: string, text: string, markers: number])[] = [
  ['null documents between others', `---\n---\nnull\n---\na: x ${M}\n---\n~\n`, 1],
  ['a document behind ...', `a: x ${M}\n...\nb: y ${M}\n`, 2],
  ['a %YAML line', `%YAML 1.2\n---\na: x ${M}\n`, 1],
  ['content behind ---', `--- {a: b}\n---\na: x ${M}\n`, 1],
  ['an escaped slash', `a: "\\/"\nb: x ${M}\n`, 1],
  ['metadata that is no mapping', `metadata: text\na: x ${M}\n`, 1],
  ['annotations that are no mapping', `metadata:\n  annotations: [x]\na: x ${M}\n`, 1],
  ['a template inside quotes', `a: "{{ .x }}"\nb: x ${M}\n`, 1],
  ['a byte order mark at two documents', `\ufeffa: x ${M}\n---\n\ufeffb: y ${M}\n`, 2],
  ['nesting of 900 levels', `a: ${'['.repeat(900)}${']'.repeat(900)}\nb: x ${M}\n`, 1],
];

for (const [what, text, markers] of readable) {
  test(`a file with ${what} is read`, () => {
    const reading = read(text);
    assert.equal(reading.unreadable, undefined);
    assert.equal(reading.markers.length, markers);
  });
}

test('the object of a marker in a list is the item that it stands in', () => {
  for (const kind of ['List', 'ResourceList']) {
    const item = (name: string) =>
      `- {apiVersion: v1, kind: Pod, metadata: {name: ${name}},\n   spec: x ${M}\n   }\n`;
    const text = `apiVersion: v1\nkind: ${kind}\nnote: x ${M}\nitems:\n${item('a')}${item('b')}`;
    const names = read(text).markers.map(({ object }) => `${object.kind}/${object.name}`);
    assert.deepEqual(names, [`${kind}/`, 'Pod/a', 'Pod/b']);
  }
});

test('kinds that only end in List are objects of their own', () => {
  const text = `kind: PodList\nitems:\n- kind: Pod\n  spec: x ${M}\n`;
  assert.deepEqual(
    read(text).markers.map(({ object }) => object.kind),
    ['PodList'],
  );
});

test('an identity is read through quotes, aliases and nulls', () => {
  const text = `x: &n web\napiVersion: "v1"\nkind: ~\nmetadata: {name: *n, namespace: 7}\nspec: x ${M}\n`;
  assert.deepEqual(read(text).markers[0]?.object, {
    apiVersion: 'v1',
    kind: '',
    name: 'web',
    namespace: '7',
  });
});

test('documents are counted, and each has its own object', () => {
  const text = `kind: A\na: x ${M}\n---\nkind: B\nb: y ${M}\n`;
  assert.deepEqual(
    read(text).markers.map(({ document, object }) => [document, object.kind]),
    [
      [0, 'A'],
      [1, 'B'],
    ],
  );
});

const large: readonly (readonly [what: string, text: string])[] = [
  ['entries', Array.from({ length: 100_000 }, (_, index) => `key${index}: value ${index}\n`).join('')],
  ['comments', `a: 1\n${'# note\n'.repeat(100_000)}`],
  ['blank lines', `a: 1\n${'\n'.repeat(100_000)}`],
  ['lines of text', `a: |\n${'  line\n'.repeat(100_000)}`],
  ['lines of one plain value', `a: x\n${'  more\n'.repeat(100_000)}`],
  ['items on one line', `a: ["é", ${'x, '.repeat(100_000)}y]\n`],
  ['documents', '---\na: 1\n'.repeat(50_000)],
  ['equal keys', 'a: 1\n'.repeat(100_000)],
  ['blanks in a text of two lines', `? "a${' '.repeat(100_000)}b\n  c"\n: 1\n`],
  ['brackets that are never closed', `a: |\n  ${'['.repeat(100_000)}\n`],
  ['markers inside one long line', `a: '${M.repeat(100_000)}'\n`],
  ['comments with braces', `a: 1\n${`# ${'{'.repeat(50)} $imagepolicy:\n`.repeat(20_000)}`],
];

for (const [what, text] of large) {
  test(`a file of 100,000 ${what} is read in time that grows with its length only`, () => {
    const bytes = Buffer.from(`${text}last: x ${M}\n`);
    const before = process.cpuUsage();
    assert.equal(readMarkers(bytes).unreadable, undefined);
    const { user, system } = process.cpuUsage(before);
    // A quadratic reader takes minutes. This one takes a fifth of a second, and this limit is for a busy machine.
    assert.ok(user + system < 5_000_000, `${user + system} microseconds`);
  });
}

test('a comment in the legacy form may have no text behind it, like the usual form', () => {
  const legacy = '{"$ref": "#/definitions/io.k8s.cli.setters.ns:p"}';
  const text = (comment: string): Buffer =>
    Buffer.from(`a: x # {"$imagepolicy": "ns:q"}\nb: y # ${comment}\n`);
  assert.deepEqual(
    readMarkers(text(legacy)).markers.map(({ name }) => name),
    ['q', 'p'],
  );
  assert.deepEqual(
    readMarkers(text(`${legacy} and more`)).markers.map(({ name }) => name),
    ['q'],
  );
});

test('a comment of another setter tool is a comment', () => {
  const text =
    'a: x # {"$imagepolicy": "ns:q"}\nb: y # {"x-k8s-cli": {"setter": {"name": "ns:p", "value": "z"}}}\n';
  assert.deepEqual(
    readMarkers(Buffer.from(text)).markers.map(({ name }) => name),
    ['q'],
  );
});
