import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPackets } from './pkt-line.ts';
import {
  formatOfCapabilities,
  formatOfRefs,
  lsRefsRequest,
  lsRemoteFlags,
  parseLsRefs,
  parseRefLines,
} from './remote-refs.ts';

const one = '1'.repeat(40);
const two = '2'.repeat(40);
const packet = (text: string) => ({ kind: 'data', data: Buffer.from(text) }) as const;

test('a request names the refs by their beginnings', () => {
  const { packets } = readPackets(Buffer.from(lsRefsRequest(['refs/heads/main'], 'sha1')));
  assert.deepEqual(
    packets.map((each) => (each.kind === 'data' ? each.data.toString() : each.kind)),
    [
      'command=ls-refs\n',
      'object-format=sha1',
      'delimiter',
      'peel\n',
      'ref-prefix refs/heads/main\n',
      'ref-prefix HEAD\n',
      'flush',
    ],
  );
});

test('a beginning with a line break in it is not sent', () => {
  assert.ok(!lsRefsRequest(['refs/heads/a\nb'], 'sha1').includes('ref-prefix'));
});

test('an answer of version 2 is read, with the commits behind tags', () => {
  const refs = parseLsRefs([
    packet(`${one} HEAD symref-target:refs/heads/main\n`),
    packet(`${one} refs/tags/v1 peeled:${two}\n`),
    packet('unborn HEAD symref-target:refs/heads/x\n'),
    { kind: 'flush' },
  ]);
  assert.deepEqual(
    [...refs],
    [
      ['HEAD', { id: one }],
      ['refs/tags/v1', { id: one, peeled: two }],
    ],
  );
});

test('plain listings are read, whether of ls-remote or of the helper', () => {
  const text = `${one}\tHEAD\n${one} refs/heads/main\n@refs/heads/main HEAD\n${one}\trefs/tags/v1\n${two}\trefs/tags/v1^{}\n? refs/x\n:object-format sha1\n\n`;
  assert.deepEqual(
    [...parseRefLines(text)],
    [
      ['HEAD', { id: one }],
      ['refs/heads/main', { id: one }],
      ['refs/tags/v1', { id: one, peeled: two }],
    ],
  );
});

test('the object format comes from what the server announces, or from the ids', () => {
  assert.equal(formatOfCapabilities([packet('version 2\n'), packet('object-format=sha256\n')]), 'sha256');
  assert.equal(formatOfCapabilities([packet('version 2\n')]), 'sha1');
  assert.equal(formatOfRefs(new Map([['x', { id: 'a'.repeat(64) }]])), 'sha256');
  assert.equal(formatOfRefs(new Map()), undefined);
});

test('ls-remote is asked for branches or tags alone where that is enough', () => {
  for (const [prefixes, flags] of [
    [['refs/heads/main'], ['--heads']],
    [
      ['refs/tags/', 'refs/heads/main'],
      ['--heads', '--tags'],
    ],
    [['refs/heads/main', 'HEAD'], []],
    [['refs/pull/1/head'], []],
    [[], []],
  ] as const)
    assert.deepEqual(lsRemoteFlags(prefixes), flags);
});
