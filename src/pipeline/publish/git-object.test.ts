import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  encodeCommit,
  encodeTree,
  isObjectId,
  objectId,
  parseCommit,
  parseTree,
  signCommit,
} from './git-object.ts';

const author = { name: 'Bot', email: 'bot@example.com' };
const time = new Date('2024-05-12T23:36:40.999Z');
const tree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

test('objects are named as git names them', () => {
  assert.equal(objectId('sha1', 'blob', Buffer.from('hello\n')), 'ce013625030ba8dba906f756967f9e9ca394464a');
  assert.equal(objectId('sha1', 'tree', Buffer.alloc(0)), tree);
  assert.equal(
    objectId('sha256', 'blob', Buffer.alloc(0)),
    '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
  );
});

test('any tree is the same after reading and writing it', () => {
  const entry = fc.record(
    {
      mode: fc.constantFrom('40000', '100644', '100755', '120000', '160000', '100664'),
      name: fc
        .uint8Array({ minLength: 1, maxLength: 12 })
        .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0 && byte !== 47)).toString('latin1'))
        .filter((name) => name !== ''),
      id: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(entry), (entries) =>
      assert.deepEqual(parseTree(encodeTree(entries), 'sha1'), entries),
    ),
    {
      numRuns: Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 1000),
    },
  );
});

test('a tree that is cut off is an error', () => {
  const whole = encodeTree([{ mode: '100644', name: 'a', id: tree }]);
  for (let length = 1; length < whole.length; length++)
    assert.throws(() => parseTree(whole.subarray(0, length), 'sha1'));
});

test('a commit has author and committer in UTC, whole seconds, and its message byte for byte', () => {
  const commit = encodeCommit({ tree, parents: [tree], author, time, message: ' ü \n\n\n' });
  const who = 'Bot <bot@example.com> 1715557000 +0000';
  assert.equal(
    commit.toString(),
    `tree ${tree}\nparent ${tree}\nauthor ${who}\ncommitter ${who}\n\n ü \n\n\n`,
  );
  assert.deepEqual(parseCommit(commit), { tree, committed: 1_715_557_000 });
});

test('what would break the line of a person is left out of name and address', () => {
  const commit = encodeCommit({
    tree,
    parents: [],
    author: { name: 'a<b>\nc\0', email: '<x@y>\n' },
    time,
    message: '',
  });
  assert.match(commit.toString(), /^author abc <x@y> 1715557000 \+0000$/m);
  assert.equal(commit.toString().split('\n').length, 5);
});

test('a signature stands in the header, folded, before the message', () => {
  const commit = encodeCommit({ tree, parents: [], author, time, message: 'm\n\nmore\n' });
  const signed = signCommit(commit, 'BEGIN\n\nx\nEND\n', 'sha1').toString();
  assert.ok(signed.endsWith('+0000\ngpgsig BEGIN\n \n x\n END\n\nm\n\nmore\n'), signed);
  assert.match(signCommit(commit, 'x', 'sha256').toString(), /^gpgsig-sha256 x$/m);
});

test('the tree and the time of a commit are read whatever stands in its header and message', () => {
  const text = `tree ${tree}\nauthor A <a> 1 +0000\ncommitter C <c> > <x> 1700000000 -0500\ngpgsig x\n tree nonsense\n\ntree ${'1'.repeat(40)}\ncommitter x <y> 5 +0000\n`;
  assert.deepEqual(parseCommit(Buffer.from(text)), { tree, committed: 1_700_000_000 });
  assert.throws(() => parseCommit(Buffer.from('author x\n\ny')));
});

test('only whole ids are ids', () => {
  assert.deepEqual([tree, tree.slice(1), tree.toUpperCase(), 'a'.repeat(64), ''].map(isObjectId), [
    true,
    false,
    false,
    true,
    false,
  ]);
});
