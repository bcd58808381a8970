import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintFile } from './lint-file.ts';

function lint(text: string): string[] {
  const { findings } = lintFile(Buffer.from(text));
  return findings.map(
    ({ line, column, severity, code, message }) => `${line}:${column}: ${severity}: ${message} (${code})`,
  );
}

test('a file whose markers all work has no findings', () => {
  assert.deepEqual(lint('a: x # {"$imagepolicy": "ns:p"}\n'), []);
});

test('a file without a mention of markers is not even parsed', () => {
  assert.deepEqual(lint('a: [\n'), []);
});

test('a broken file that only mentions image policies is none of our business', () => {
  assert.deepEqual(lint('{{ if x }}\nkind: ImagePolicy\n{{ end }}\n'), []);
});

test('a marked file that cannot be read is a finding at the line of the problem', () => {
  assert.deepEqual(lint('a: x # {"$imagepolicy": "ns:p"}\nb: [\n'), [
    '3:1: error: It is not valid YAML. A value is missing here. (file-unreadable)',
  ]);
});

test('a right marker in a file without the needle is told that nobody looks for it', () => {
  const text =
    'a: x # {"\\u0024imagepolicy": "ns:p"}\nb: y # {"$ref": "#/definitions/io.k8s.cli.setters.ns:p"}\n';
  assert.deepEqual(
    lint(text).map((line) => line.replace(/ .* /, ' ')),
    ['1:4: (file-unscreened)', '2:4: (file-unscreened)'],
  );
});

test('a misspelt key is found in a file without the needle', () => {
  assert.match(lint("a: x # {'$imagepolicy': 'ns:p'}\n").join(), /^1:6: error: .*\(marker-quotes\)$/);
});

test('findings come in the order of the file', () => {
  const text = '# {"$imagepolicy": "ns:p"}\na: x # {"$imagepolicy": "ns:q"}\nb: y # {"$imagepolicy": "p"}\n';
  assert.deepEqual(
    lint(text).map((line) => line.replace(/ .* /, ' ')),
    ['1:1: (place-above-key)', '3:6: (marker-namespace)'],
  );
});

test('the reading comes along for a file that is searched, and is empty for one that is not', () => {
  assert.equal(lintFile(Buffer.from('a: x # {"$imagepolicy": "ns:p"}\n')).reading.markers.length, 1);
  assert.equal(lintFile(Buffer.from('a: x # {"\\u0024imagepolicy": "ns:p"}\n')).reading.markers.length, 0);
});
