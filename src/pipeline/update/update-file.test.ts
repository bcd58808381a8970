import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMarkers } from './read-markers.ts';
import { type FileUpdate, updateFile } from './update-file.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const refs = new Map([
  ['ns:p', { name: 'reg.io/img', tag: 'v2' }],
  ['ns:num', { name: 'reg.io/img', tag: '2' }],
  ['ns:dg', { name: 'reg.io/img', tag: 'v2', digest }],
  ['ns:odd', { name: 'it\'s \\ "odd": #1', tag: '[a, b]' }],
]);

function update(text: string | Buffer): FileUpdate {
  return updateFile({ path: 'file.yaml', bytes: Buffer.from(text) }, refs);
}

const M = '# {"$imagepolicy": "ns:p"}';
const tag = (policy: string) => `# {"$imagepolicy": "ns:${policy}:tag"}`;
const name = (policy: string) => `# {"$imagepolicy": "ns:${policy}:name"}`;

const rewrites: readonly (readonly [what: string, before: string, after: string])[] = [
  // quotes
  ['a plain value stays plain', `a: img:v1 ${M}\n`, `a: reg.io/img:v2 ${M}\n`],
  ['double quotes stay', `a: "v1" ${tag('p')}\n`, `a: "v2" ${tag('p')}\n`],
  ['single quotes stay', `a: 'v1' ${tag('p')}\n`, `a: 'v2' ${tag('p')}\n`],
  [
    'single quotes are doubled inside single quotes',
    `a: 'x' ${name('odd')}\n`,
    `a: 'it''s \\ "odd": #1' ${name('odd')}\n`,
  ],
  [
    'quotes and backslashes are escaped inside double quotes',
    `a: "x" ${name('odd')}\n`,
    `a: "it's \\\\ \\"odd\\": #1" ${name('odd')}\n`,
  ],
  [
    'a value that cannot be plain gets single quotes',
    `a: x ${name('odd')}\n`,
    `a: 'it''s \\ "odd": #1' ${name('odd')}\n`,
  ],
  ['a tag that reads as a number gets double quotes', `a: v1 ${tag('num')}\n`, `a: "2" ${tag('num')}\n`],
  [
    'a tag that reads as a number stays in single quotes',
    `a: 'v1' ${tag('num')}\n`,
    `a: '2' ${tag('num')}\n`,
  ],
  ['a plain number becomes a plain text, without a tag', `a: 1.0 ${tag('p')}\n`, `a: v2 ${tag('p')}\n`],
  ['a plain boolean becomes a plain text', `a: true ${tag('p')}\n`, `a: v2 ${tag('p')}\n`],
  ['a plain null becomes a plain text', `a: ~ ${tag('p')}\n`, `a: v2 ${tag('p')}\n`],
  ['a number becomes a number in quotes', `a: 1 ${tag('num')}\n`, `a: "2" ${tag('num')}\n`],
  [
    'a digest that is not known becomes an empty text',
    'a: x # {"$imagepolicy": "ns:p:digest"}\n',
    'a: "" # {"$imagepolicy": "ns:p:digest"}\n',
  ],
  [
    'an image with digest is written whole',
    'a: x # {"$imagepolicy": "ns:dg"}\n',
    `a: reg.io/img:v2@${digest} # {"$imagepolicy": "ns:dg"}\n`,
  ],
  [
    'a digest is written alone',
    'a: "" # {"$imagepolicy": "ns:dg:digest"}\n',
    `a: "${digest}" # {"$imagepolicy": "ns:dg:digest"}\n`,
  ],
  // flow collections
  [
    'a plain image inside braces stays plain',
    `a: {b: img:v1, ${M}\n  c: 1}\n`,
    `a: {b: reg.io/img:v2, ${M}\n  c: 1}\n`,
  ],
  [
    'a plain value without a colon inside braces gets single quotes when the new one has one',
    `a: {b: img, ${M}\n  c: 1}\n`,
    `a: {b: 'reg.io/img:v2', ${M}\n  c: 1}\n`,
  ],
  [
    'a value with brackets gets quotes inside brackets',
    `a: [x, ${tag('odd')}\n  y]\n`,
    `a: ['[a, b]', ${tag('odd')}\n  y]\n`,
  ],
  [
    'a value of JSON stays in its quotes',
    `{"a": "img:v1", ${M}\n "b": [1,2]}`,
    `{"a": "reg.io/img:v2", ${M}\n "b": [1,2]}`,
  ],
  // anchors and tags
  ['an anchor stays, and aliases follow', `a: &x img:v1 ${M}\nb: *x\n`, `a: &x reg.io/img:v2 ${M}\nb: *x\n`],
  ['the tag !!str stays', `a: !!str 1 ${tag('num')}\n`, `a: !!str "2" ${tag('num')}\n`],
  ['a tag of a program stays', `a: !ref x ${tag('p')}\n`, `a: !ref v2 ${tag('p')}\n`],
  [
    'a tag that only looks like one of YAML stays',
    `a: !!strange x ${tag('p')}\n`,
    `a: !!strange v2 ${tag('p')}\n`,
  ],
  ['the tag of a number goes with the number', `a: !!int 1 ${tag('p')}\n`, `a: v2 ${tag('p')}\n`],
  [
    'the tag of a number goes, and the anchor stays',
    `a: &x !!float   1.0 ${tag('p')}\nb: *x\n`,
    `a: &x v2 ${tag('p')}\nb: *x\n`,
  ],
  [
    'a tag in angle brackets goes, too',
    `a: !<tag:yaml.org,2002:null> ~ ${tag('p')}\n`,
    `a: v2 ${tag('p')}\n`,
  ],
  // several lines
  [
    'a plain value of several lines is replaced whole',
    `a: one\n  two\n\n  three ${M}\nb: 1\n`,
    `a: reg.io/img:v2 ${M}\nb: 1\n`,
  ],
  [
    'a quoted value of several lines is replaced whole',
    `a: "one\n  two \\\n  three" ${M}\nb: 1\n`,
    `a: "reg.io/img:v2" ${M}\nb: 1\n`,
  ],
  ['a value on the line below its key stays there', `a:\n    img:v1 ${M}\n`, `a:\n    reg.io/img:v2 ${M}\n`],
  // block texts
  [
    'a block text gets one line, without a line break at its end',
    `a: | ${M}\n  one\n\n  two\nb: 1\n`,
    `a: |- ${M}\n  reg.io/img:v2\nb: 1\n`,
  ],
  ['a folded text stays one', `a: > ${M}\n  one\n  two\n`, `a: >- ${M}\n  reg.io/img:v2\n`],
  [
    'a block text that strips keeps its header',
    `a: |- ${M}\n      one\n`,
    `a: |- ${M}\n      reg.io/img:v2\n`,
  ],
  [
    'a block text that keeps blank lines strips them, and they stay',
    `a: |+ ${M}\n  one\n\n\nb: 1\n`,
    `a: |- ${M}\n  reg.io/img:v2\n\n\nb: 1\n`,
  ],
  ['the indentation in a header stays', `a: |2 ${M}\n    one\n`, `a: |-2 ${M}\n  reg.io/img:v2\n`],
  [
    'the indentation in a header stays before the chomping',
    `a: >2+ ${M}\n  one\n\n`,
    `a: >2- ${M}\n  reg.io/img:v2\n\n`,
  ],
  [
    'the indentation in a header stays behind the chomping',
    `a: >+2 ${M}\n  one\n\n`,
    `a: >-2 ${M}\n  reg.io/img:v2\n\n`,
  ],
  [
    'an empty block text gets a line',
    `a:\n  b: |- ${M}\n  c: 1\n`,
    `a:\n  b: |- ${M}\n    reg.io/img:v2\n  c: 1\n`,
  ],
  [
    'an empty block text in a list gets a line',
    `a:\n- |- ${M}\n- x\n`,
    `a:\n- |- ${M}\n  reg.io/img:v2\n- x\n`,
  ],
  [
    'an empty block text at the end of a file without a line break gets a line',
    `a: |- ${M}`,
    `a: |- ${M}\n  reg.io/img:v2`,
  ],
  [
    'an empty block text with CR LF gets a line with CR LF',
    `a: |- ${M}\r\nb: 1\r\n`,
    `a: |- ${M}\r\n  reg.io/img:v2\r\nb: 1\r\n`,
  ],
  [
    'a block text that becomes empty loses its lines',
    'a: | # {"$imagepolicy": "ns:p:digest"}\n  one\n  two\nb: 1\n',
    'a: |- # {"$imagepolicy": "ns:p:digest"}\nb: 1\n',
  ],
  ['a number in a block text is a text already', `a: |- ${tag('num')}\n  x\n`, `a: |- ${tag('num')}\n  2\n`],
  [
    'blank characters at the end of a block text go with it',
    `a: | ${M}\n  one\n     \nb: 1\n`,
    `a: |- ${M}\n  reg.io/img:v2\nb: 1\n`,
  ],
  // everything else in the file
  ['CR LF stays', `a: 1\r\n\r\nb: v1 ${tag('p')}\r\nc: 2\r\n`, `a: 1\r\n\r\nb: v2 ${tag('p')}\r\nc: 2\r\n`],
  ['mixed line breaks stay', `a: 1\r\nb: v1 ${tag('p')}\nc: 2\r\n`, `a: 1\r\nb: v2 ${tag('p')}\nc: 2\r\n`],
  ['a byte order mark stays', `\ufeffa: v1 ${tag('p')}\n`, `\ufeffa: v2 ${tag('p')}\n`],
  ['a missing line break at the end stays missing', `a: v1 ${tag('p')}`, `a: v2 ${tag('p')}`],
  [
    'separators, directives and blank lines stay',
    `%YAML 1.2\n---   # one\n\na:   v1   ${tag('p')}   \n\n...\n---\n\n`,
    `%YAML 1.2\n---   # one\n\na:   v2   ${tag('p')}   \n\n...\n---\n\n`,
  ],
  [
    'odd indentation, tabs, quotes and comments stay',
    `# x\na :\t 1\n"b":\n     -   'c'  # é😀\n     - v1\t${tag('p')}\nd: >\n\n   x\n`,
    `# x\na :\t 1\n"b":\n     -   'c'  # é😀\n     - v2\t${tag('p')}\nd: >\n\n   x\n`,
  ],
  [
    'text of many bytes before a value does not shift it',
    `é😀: "中文" # ü\n"😀": v1 ${tag('p')}\n`,
    `é😀: "中文" # ü\n"😀": v2 ${tag('p')}\n`,
  ],
  [
    'a list is updated in place',
    `kind: List\nitems:\n- kind: Pod\n  spec: v1 ${tag('p')}\n`,
    `kind: List\nitems:\n- kind: Pod\n  spec: v2 ${tag('p')}\n`,
  ],
  [
    'of equal keys the first is updated',
    `a: v1 ${tag('p')}\na: v1 ${tag('p')}\n`,
    `a: v2 ${tag('p')}\na: v1 ${tag('p')}\n`,
  ],
  [
    'a kustomize annotation stays',
    `metadata:\n  annotations:\n    config.kubernetes.io/path: x\na: v1 ${tag('p')}\n`,
    `metadata:\n  annotations:\n    config.kubernetes.io/path: x\na: v2 ${tag('p')}\n`,
  ],
  [
    'all values of a file are updated',
    `a: v1 ${tag('p')}\nb: x # {"$imagepolicy": "ns:p:name"}\nc: {d: y, ${M}\n}\n`,
    `a: v2 ${tag('p')}\nb: reg.io/img # {"$imagepolicy": "ns:p:name"}\nc: {d: 'reg.io/img:v2', ${M}\n}\n`,
  ],
];

for (const [what, before, after] of rewrites) {
  test(what, () => {
    const { bytes, changes, refused } = update(before);
    assert.equal(refused, undefined);
    assert.equal(bytes.toString(), after);
    assert.notDeepEqual(changes, []);
    const again = update(bytes);
    assert.deepEqual(again.changes, []);
    assert.equal(again.bytes.toString(), after);
  });
}

test('a change says where, what and by whom', () => {
  const text = `kind: HelmRelease\nmetadata: {name: app, namespace: apps}\nspec:\n  tag: 1.0 ${tag('p')}\n`;
  const { path, changes, unchanged, unknownPolicies } = update(text);
  assert.equal(path, 'file.yaml');
  assert.deepEqual(changes, [
    {
      line: 4,
      column: 8,
      namespace: 'ns',
      name: 'p',
      part: 'tag',
      setter: 'ns:p:tag',
      old: '1.0',
      new: 'v2',
      object: { apiVersion: '', kind: 'HelmRelease', name: 'app', namespace: 'apps' },
    },
  ]);
  assert.deepEqual([unchanged, unknownPolicies], [0, []]);
});

test('the old value of a block text has its line break, as in Flux', () => {
  assert.deepEqual(
    update(`a: | ${M}\n  reg.io/img:v2\n`).changes.map(({ old }) => old),
    ['reg.io/img:v2\n'],
  );
});

test('values that are right already are counted and left as they are written', () => {
  const text = `a:   "reg.io/img:v2"   ${M}\nb: 2 ${tag('num')}\nc: v1 ${tag('p')}\n`;
  const { bytes, changes, unchanged } = update(text);
  assert.deepEqual([changes.length, unchanged], [1, 2]);
  assert.equal(bytes.toString(), text.replace('v1', 'v2'));
});

test('a file with nothing to change comes back as the very same buffer', () => {
  const bytes = Buffer.from(`a: v2 ${tag('p')}\n`);
  assert.equal(updateFile({ path: 'x', bytes }, refs).bytes, bytes);
});

test('markers of policies without a selection are named, and the others are written', () => {
  const text = `a: v1 ${tag('nope')}\nb: v1 ${tag('p')}\n`;
  const { bytes, changes, unknownPolicies } = update(text);
  assert.equal(changes.length, 1);
  assert.deepEqual(unknownPolicies, [{ namespace: 'ns', name: 'nope', line: 1, column: 4 }]);
  assert.equal(bytes.toString(), `a: v1 ${tag('nope')}\nb: v2 ${tag('p')}\n`);
});

test('a file that cannot be read is refused with the reason, and stays as it is', () => {
  const bytes = Buffer.from(`a: v1 ${tag('p')}\nb: [\n`);
  const { bytes: after, changes, refused } = updateFile({ path: 'x', bytes }, refs);
  assert.equal(after, bytes);
  assert.deepEqual([changes, refused?.reason, refused?.line], [[], 'NotYaml', 3]);
});

test('a value that cannot be written is refused by name, and no other value of the file is written', () => {
  const bytes = Buffer.from(`a: v1 ${tag('p')}\nb: v1 ${tag('bad')}\n`);
  for (const written of ['a\nb', 'a\0', 'a\ud800', '\u2028']) {
    const bad = new Map([...refs, ['ns:bad', { name: 'x', tag: written }]]);
    const { bytes: after, changes, refused } = updateFile({ path: 'x', bytes }, bad);
    assert.equal(after, bytes);
    assert.deepEqual([changes, refused?.reason, refused?.line], [[], 'ValueNotWritable', 2]);
  }
});

test('a value with a blank at its start cannot be written into a block text', () => {
  const { refused } = updateFile(
    { path: 'x', bytes: Buffer.from(`a: | ${tag('bad')}\n  x\n`) },
    new Map([['ns:bad', { name: 'x', tag: ' y' }]]),
  );
  assert.equal(refused?.reason, 'ValueNotWritable');
});

test('an update after which the marker would stand elsewhere is refused', () => {
  // The marker is on the line of the tag, and the tag has to go: then the comment would be on the key.
  const bytes = Buffer.from(`a: !!int ${tag('p')}\n  12\n`);
  const { bytes: after, refused } = updateFile({ path: 'x', bytes }, refs);
  assert.equal(after, bytes);
  assert.deepEqual([refused?.reason, refused?.line], ['ReadBackDiffers', 2]);
});

test('a reading of other bytes is noticed', () => {
  const bytes = Buffer.from(`aa: v1 ${tag('p')}\n`);
  const reading = readMarkers(Buffer.from(`a: v1 ${tag('p')}\n`));
  const { bytes: after, refused } = updateFile({ path: 'x', bytes, reading }, refs);
  assert.equal(after, bytes);
  assert.equal(refused?.reason, 'ReadBackDiffers');
});

test('a reading that was kept gives the same update as a new one', () => {
  const bytes = Buffer.from(`a: v1 ${tag('p')}\n`);
  assert.deepEqual(
    updateFile({ path: 'x', bytes, reading: readMarkers(bytes) }, refs),
    updateFile({ path: 'x', bytes }, refs),
  );
});

test('a file of 100,000 lines with a hundred markers is updated in time that grows with its length only', () => {
  const lines = Array.from({ length: 100_000 }, (_, index) =>
    index % 1000 === 0 ? `k${index}: v1 ${tag('p')}` : `k${index}: some value`,
  );
  const before = process.cpuUsage();
  assert.equal(update(lines.join('\n')).changes.length, 100);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 5_000_000, `${user + system} microseconds`);
});
