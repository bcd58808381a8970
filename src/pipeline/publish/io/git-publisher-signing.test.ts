import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { GitRepository } from '../../../../test/fakes/git-server/git-repository.ts';
import { keyFolder, sshKeygenMissing } from '../../../ssh/testing/ssh-keygen.ts';
import type { CommitDraft, SignCommit, SigningMaterial, TreeView } from '../ports.ts';
import { SigningKeyRing } from './signing/signing-key-ring.ts';
import { gnupgMissing, startGnupg, type NewKey } from './testing/gnupg.ts';
import { fleet, marked, setPublishStage, setTag } from './testing/publish-stage.ts';
import { verifySshCommit } from './testing/verify-ssh-commit.ts';

const gnupg = { skip: gnupgMissing() };
const sshKeygen = { skip: sshKeygenMissing() };

async function signer(type: SigningMaterial['type'], key: string, passphrase?: string): Promise<SignCommit> {
  const ring = new SigningKeyRing({ now: () => new Date() });
  return ring.open({
    type,
    secret: { namespace: 'apps', name: 'key' },
    key: Buffer.from(key),
    ...(passphrase === undefined ? {} : { passphrase: Buffer.from(passphrase) }),
  });
}

function signed(
  sign: SignCommit,
  tag: string,
  message?: string,
): (view: TreeView) => CommitDraft | undefined {
  return (view) => {
    const draft = setTag(tag, message)(view);
    return draft === undefined ? undefined : { ...draft, sign };
  };
}

const gpgKeys: readonly (NewKey & { readonly title: string; readonly subkeysOnly?: boolean })[] = [
  { title: 'RSA', algorithm: 'rsa2048' },
  { title: 'Ed25519 with a passphrase', algorithm: 'ed25519', passphrase: 'CANARY päss' },
  { title: 'ECDSA on P-256', algorithm: 'nistp256' },
  { title: 'a signing subkey', algorithm: 'rsa2048', usage: 'cert', subkey: { algorithm: 'ed25519' } },
  {
    title: 'a signing subkey whose primary key stayed at home',
    algorithm: 'ed25519',
    passphrase: 'CANARY päss',
    subkey: { algorithm: 'rsa2048' },
    subkeysOnly: true,
  },
];

for (const { title, subkeysOnly = false, ...wanted } of gpgKeys) {
  test(`a commit signed with an OpenPGP key is good to git verify-commit: ${title}`, gnupg, async (t) => {
    const gpg = startGnupg(t);
    const id = gpg.generate(wanted);
    const passphrase = wanted.passphrase ?? '';
    const sign = await signer('gpg', gpg.exportSecret(id, { passphrase, subkeys: subkeysOnly }), passphrase);
    const stage = await setPublishStage(t);
    assert.equal((await stage.publish({ draft: signed(sign, '2') })).outcome, 'pushed');
    const maker = gpg.verifyCommit(stage.repository);
    assert.equal(maker === id, wanted.subkey === undefined, 'a subkey signs where there is one');
    assert.match(
      stage.repository.git('cat-file', 'commit', 'main').toString(),
      /\ngpgsig -----BEGIN PGP SIGNATURE-----\n/,
    );
    stage.repository.git('fsck', '--strict');
  });
}

const messages: Readonly<Record<string, string>> = {
  'without a line break at its end': 'Update',
  'with text outside of ASCII, carriage returns and empty lines': 'Zürich 東京 🚀\r\n\r\n\n\nend \t\n\n',
  'that looks like a header': '\n\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\ntree 0000\n',
  'that is empty': '',
};

for (const [title, message] of Object.entries(messages)) {
  test(`what is signed are the very bytes that are written, with a message ${title}`, gnupg, async (t) => {
    const gpg = startGnupg(t);
    const sign = await signer('gpg', gpg.exportSecret(gpg.generate({ algorithm: 'ed25519' })));
    const seen: Buffer[] = [];
    const stage = await setPublishStage(t);
    const noted: SignCommit = async (commit) => {
      seen.push(commit);
      return sign(commit);
    };
    await stage.publish({ draft: signed(noted, '2', message) });
    gpg.verifyCommit(stage.repository);
    const written = stage.repository.git('cat-file', 'commit', 'main');
    const start = written.indexOf('\ngpgsig ');
    const unsigned = Buffer.concat([written.subarray(0, start), written.subarray(written.indexOf('\n\n'))]);
    assert.deepEqual(seen, [unsigned]);
    assert.equal(stage.repository.log()[0]?.message, message);
  });
}

test('after a lost race the commit is drafted and signed anew', gnupg, async (t) => {
  const gpg = startGnupg(t);
  const sign = await signer('gpg', gpg.exportSecret(gpg.generate({ algorithm: 'ed25519' })));
  const stage = await setPublishStage(t);
  let raced = false;
  stage.server.intercept = ({ service, method }) => {
    if (service !== 'git-receive-pack' || method !== 'POST' || raced) return undefined;
    raced = true;
    stage.repository.commit({ 'other.yaml': marked('web:1') });
    return undefined;
  };
  assert.equal((await stage.publish({ draft: signed(sign, '2') })).outcome, 'pushed');
  assert.ok(raced);
  gpg.verifyCommit(stage.repository);
  assert.deepEqual(
    stage.repository.log().map(({ author }) => author),
    ['Bot', 'Somebody Else', 'Somebody Else'],
  );
  assert.match(stage.repository.read('other.yaml').toString(), /web:2/);
});

test('several commits that travel together are each signed with their own key', gnupg, async (t) => {
  const gpg = startGnupg(t);
  const ids = [gpg.generate({ algorithm: 'ed25519' }), gpg.generate({ algorithm: 'rsa2048' })];
  const signers = await Promise.all(ids.map(async (id) => signer('gpg', gpg.exportSecret(id))));
  const stage = await setPublishStage(t);
  await Promise.all(
    signers.map(async (sign, index) =>
      stage.publish({ draft: signed(sign, String(index + 2)), path: index === 0 ? 'apps/dev' : 'apps/prod' }),
    ),
  );
  const makers = ['main', 'main~1'].map((commit) => gpg.verifyCommit(stage.repository, commit));
  assert.deepEqual([...makers].sort(), [...ids].sort());
});

test('a commit of a repository with SHA-256 ids carries its signature too', gnupg, async (t) => {
  const gpg = startGnupg(t);
  const sign = await signer('gpg', gpg.exportSecret(gpg.generate({ algorithm: 'ed25519' })));
  const stage = await setPublishStage(t);
  const path = join(stage.root, 'remote', 'sha256.git');
  const repository = GitRepository.create(path, { files: fleet, format: 'sha256' });
  const remote = { url: stage.server.urlOf('sha256.git'), timeoutMs: 30_000 };
  await stage.publish({ remote, draft: signed(sign, '2') });
  gpg.verifyCommit(repository);
});

const sshKeys: readonly (readonly [title: string, args: readonly string[], passphrase?: string])[] = [
  ['Ed25519', ['-t', 'ed25519']],
  ['Ed25519 with a passphrase', ['-t', 'ed25519'], 'CANARY pass'],
  ['ECDSA', ['-t', 'ecdsa', '-b', '384']],
  ['RSA', ['-t', 'rsa', '-b', '2048']],
  ['RSA in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'CANARY pass'],
];

for (const [title, args, passphrase] of sshKeys) {
  test(`a commit signed with an SSH key is good to git verify-commit: ${title}`, sshKeygen, async (t) => {
    const keys = keyFolder(t);
    const { privateKey, publicKey } = keys.generate(args, passphrase);
    const sign = await signer('ssh', privateKey, passphrase);
    const stage = await setPublishStage(t);
    await stage.publish({ draft: signed(sign, '2') });
    assert.match(
      verifySshCommit(stage.repository, publicKey, { folder: keys.path }),
      /Good "git" signature for bot@example\.com/,
    );
    const stranger = keys.generate(['-t', 'ed25519']).publicKey;
    assert.throws(() => verifySshCommit(stage.repository, stranger, { folder: keys.path }));
  });
}

test('when a commit cannot be signed nothing is pushed, and the others go on', async (t) => {
  const stage = await setPublishStage(t);
  const broken: SignCommit = async () => {
    throw new Error('no key');
  };
  const [failed, pushed] = await Promise.allSettled([
    stage.publish({ draft: signed(broken, '2'), path: 'apps/dev' }),
    stage.publish({ draft: setTag('2'), path: 'apps/prod' }),
  ]);
  assert.deepEqual([failed.status, pushed.status], ['rejected', 'fulfilled']);
  assert.equal(stage.repository.log().length, 2);
  assert.match(stage.repository.read('apps/dev/web.yaml').toString(), /web:1/);
});
