import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCommit, signCommit } from './git-object.ts';
import { splitSignedCommit } from './signed-commit.ts';

const armored = '-----BEGIN PGP SIGNATURE-----\n\nabc=\n=x\n-----END PGP SIGNATURE-----\n';

test('a signature comes out as it went in, and leaves the bytes that were signed', () => {
  for (const message of ['', 'hello\n', '\n\ngpgsig -----BEGIN\n x\n', 'é\r\n']) {
    const author = { name: 'Zoë', email: 'a@b' };
    const unsigned = encodeCommit({ tree: 'a'.repeat(40), parents: [], author, time: new Date(0), message });
    assert.deepEqual(splitSignedCommit(unsigned), { payload: unsigned });
    for (const format of ['sha1', 'sha256'] as const) {
      const signed = signCommit(unsigned, armored, format);
      assert.deepEqual(splitSignedCommit(signed), { payload: unsigned, signature: armored });
    }
  }
});

test('headers after the signature stay, and other headers that go over several lines too', () => {
  const head = ['tree x', 'gpgsig A', ' B', 'mergetag object y', ' type commit', 'encoding latin1'];
  const { payload, signature } = splitSignedCommit(Buffer.from(`${head.join('\n')}\n\nhello`));
  assert.equal(signature, 'A\nB\n');
  assert.equal(payload.toString(), 'tree x\nmergetag object y\n type commit\nencoding latin1\n\nhello');
});
