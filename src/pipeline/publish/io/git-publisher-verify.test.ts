import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fakeGitEnvironment } from '../../../../test/fakes/git-server/git-environment.ts';
import type { GitRepository } from '../../../../test/fakes/git-server/git-repository.ts';
import { keyFolder, sshKeygenMissing } from '../../../ssh/testing/ssh-keygen.ts';
import type { TrustedKeys } from '../ports.ts';
import { gnupgMissing, startGnupg } from './testing/gnupg.ts';
import { setPublishStage, setTag } from './testing/publish-stage.ts';

const gnupg = { skip: gnupgMissing() };
const sshKeygen = { skip: sshKeygenMissing() };

function trust(keys: Readonly<Record<string, string>>): TrustedKeys {
  return { secret: 'apps/keys', keys: Object.entries(keys).map(([name, text]) => ({ name, text })) };
}

/** Commits on top of `main` with the real git, signed as its configuration says. Returns the commit. */
function commitSigned(
  repository: GitRepository,
  config: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string {
  const who = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com'];
  const args = [
    ...who,
    ...config.flatMap((entry) => ['-c', entry]),
    'commit-tree',
    '-S',
    '-p',
    'main',
    '-m',
    'Signed\n\nby hand',
    'main^{tree}',
  ];
  const env = { ...fakeGitEnvironment(), ...environment };
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: repository.path, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  repository.git('update-ref', 'refs/heads/main', stdout.trim());
  return stdout.trim();
}

test(
  'a commit that git signed with gpg is built upon when its key is trusted, and otherwise refused by its id',
  gnupg,
  async (t) => {
    const gpg = startGnupg(t);
    const [dev, stranger] = [gpg.generate({ algorithm: 'ed25519' }), gpg.generate({ algorithm: 'rsa2048' })];
    const stage = await setPublishStage(t);
    const first = stage.repository.head();
    const trusted = trust({ 'dev.asc': gpg.exportPublic(dev), 'me.sshpub': 'ssh-ed25519 AAAA me' });
    await assert.rejects(stage.publish({ trusted }), {
      code: 'GitUnverified',
      message: `unable to verify commit '${first}': it is not signed`,
    });
    const home = gpg.home;
    const foreign = commitSigned(stage.repository, [`user.signingKey=${stranger}`], { GNUPGHOME: home });
    await assert.rejects(stage.publish({ trusted }), {
      code: 'GitUnverified',
      message: `unable to verify commit '${foreign}': the OpenPGP key ${stranger.slice(-16)} that signed it is none of those in secret 'apps/keys'`,
    });
    await assert.rejects(stage.publish({ trusted: trust({ 'dev.asc': 'nonsense' }) }), {
      message: /key 'dev\.asc' of secret 'apps\/keys' is no armored OpenPGP key$/,
    });
    assert.equal(stage.repository.log().length, 2, 'nothing was pushed');
    commitSigned(stage.repository, [`user.signingKey=${dev}`], { GNUPGHOME: home });
    assert.equal((await stage.publish({ trusted })).outcome, 'pushed');
    const both = trust({ a: gpg.exportPublic(dev), b: gpg.exportPublic(stranger) });
    commitSigned(stage.repository, [`user.signingKey=${stranger}`], { GNUPGHOME: home });
    assert.equal((await stage.publish({ trusted: both, draft: setTag('3') })).outcome, 'pushed');
  },
);

test('a commit that git signed with SSH is built upon when its key is trusted', sshKeygen, async (t) => {
  const keys = keyFolder(t);
  const [dev, stranger] = [keys.generate(['-t', 'ed25519']), keys.generate(['-t', 'ecdsa'])];
  const stage = await setPublishStage(t);
  const config = (key: typeof dev): readonly string[] => ['gpg.format=ssh', `user.signingKey=${key.path}`];
  const trusted = trust({ 'dev.sshpub': `# developers\n${dev.publicKey}` });
  commitSigned(stage.repository, config(stranger));
  await assert.rejects(stage.publish({ trusted }), {
    code: 'GitUnverified',
    message: /: the SSH key that signed it is none of those in secret 'apps\/keys'$/,
  });
  commitSigned(stage.repository, config(dev));
  assert.equal((await stage.publish({ trusted })).outcome, 'pushed');
});

test('a signature that was made for another commit is refused', sshKeygen, async (t) => {
  const keys = keyFolder(t);
  const dev = keys.generate(['-t', 'ed25519']);
  const stage = await setPublishStage(t);
  commitSigned(stage.repository, ['gpg.format=ssh', `user.signingKey=${dev.path}`]);
  const forged = Buffer.from(
    stage.repository.git('cat-file', 'commit', 'main').toString().replace('by hand', 'by foot'),
  );
  const { stdout } = spawnSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    cwd: stage.repository.path,
    env: fakeGitEnvironment(),
    input: forged,
    encoding: 'utf8',
  });
  stage.repository.git('update-ref', 'refs/heads/main', stdout.trim());
  await assert.rejects(stage.publish({ trusted: trust({ 'dev.sshpub': dev.publicKey }) }), {
    code: 'GitUnverified',
    message: `unable to verify commit '${stdout.trim()}': its SSH signature does not fit its content`,
  });
});

test(
  'what others push during a race is verified too, and a branch of our own is continued',
  sshKeygen,
  async (t) => {
    const keys = keyFolder(t);
    const dev = keys.generate(['-t', 'ed25519']);
    const trusted = trust({ 'dev.sshpub': dev.publicKey });
    const stage = await setPublishStage(t);
    commitSigned(stage.repository, ['gpg.format=ssh', `user.signingKey=${dev.path}`]);
    const push = { branch: 'bot', switched: true };
    assert.equal((await stage.publish({ trusted, push })).outcome, 'pushed');
    assert.equal((await stage.publish({ trusted, push, draft: setTag('3') })).outcome, 'pushed');
    const draft: typeof setTag = (tag) => (view) => {
      stage.repository.commit({ 'theirs.txt': 'unsigned' });
      return setTag(tag)(view);
    };
    await assert.rejects(stage.publish({ trusted, draft: draft('4') }), {
      code: 'GitUnverified',
      message: /it is not signed$/,
    });
  },
);
