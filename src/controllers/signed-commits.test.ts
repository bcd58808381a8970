import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startLoop, type Loop } from '../../test/builders/loop.ts';
import type { GitRepository } from '../../test/fakes/git-server/git-repository.ts';
import { gnupgMissing, startGnupg } from '../pipeline/publish/io/testing/gnupg.ts';
import { keyFolder, sshKeygenMissing } from '../ssh/testing/ssh-keygen.ts';
import { verifySshCommit } from '../pipeline/publish/io/testing/verify-ssh-commit.ts';

const objects = (signingKey: string, sourceSpec = ''): string => `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: apps}
spec: {image: HOST/app, interval: 1h}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: app, namespace: apps}
spec:
  imageRepositoryRef: {name: app}
  policy: {semver: {range: '>=1.0.0'}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: sources}
spec: {url: GIT/fleet.git, interval: 1h, ref: {branch: main}${sourceSpec}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: auto, namespace: apps}
spec:
  interval: 1h
  sourceRef: {kind: GitRepository, name: fleet, namespace: sources}
  git:
    commit:
      author: {name: Bot, email: bot@example.com}
      signingKey: ${signingKey}
`;

function secret(values: Readonly<Record<string, string>>, metadata = '{name: key, namespace: apps}'): string {
  const data = Object.entries(values).map(
    ([key, text]) => `  ${key}: ${Buffer.from(text).toString('base64')}\n`,
  );
  return `apiVersion: v1\nkind: Secret\nmetadata: ${metadata}\ndata:\n${data.join('')}`;
}

async function start(
  t: TestContext,
  signingKey: string,
  sourceSpec?: string,
): Promise<{ readonly loop: Loop; readonly fleet: GitRepository }> {
  const loop = await startLoop(t);
  loop.registry.push('app', '1.1.0');
  const fleet = loop.createRepository('fleet.git', {
    'app.yaml': 'image: HOST/app:1.0.0 # {"$imagepolicy": "apps:app"}\n',
  });
  loop.write('all.yaml', objects(signingKey, sourceSpec));
  return { loop, fleet };
}

async function ready(loop: Loop, text: string): Promise<void> {
  await loop.until(async () =>
    (await loop.conditions('ImageUpdateAutomation', 'auto')).join().includes(text),
  );
}

const failed = 'Ready=False SourceManagerFailed: failed configuring source manager: ';

test(
  'a signing key of the automation’s namespace is named while it is wrong, and used as soon as it is right',
  { skip: gnupgMissing() },
  async (t) => {
    const gpg = startGnupg(t);
    const id = gpg.generate({ algorithm: 'ed25519', passphrase: 'CANARY-pass' });
    const key = gpg.exportSecret(id, { passphrase: 'CANARY-pass' });
    const { loop, fleet } = await start(t, '{secretRef: {name: key}}');
    await ready(loop, `${failed}could not find signing key secret 'key': secrets "key" not found`);
    loop.write('secret.yaml', secret({ identity: 'x' }));
    await ready(loop, `${failed}signing key secret 'key' does not contain a 'git.asc' key`);
    loop.write('secret.yaml', secret({ 'git.asc': key, passphrase: 'CANARY-wrong' }));
    await ready(
      loop,
      `${failed}signing key secret 'key': the 'passphrase' does not open the key ${id.slice(-16)}`,
    );
    assert.equal(fleet.log().length, 1, 'nothing is pushed unsigned');
    loop.write('secret.yaml', secret({ 'git.asc': key, passphrase: 'CANARY-pass' }));
    await ready(loop, 'Ready=True Succeeded: repository up-to-date');
    assert.equal(gpg.verifyCommit(fleet), id);
    const told = JSON.stringify([
      await loop.events('ImageUpdateAutomation', 'auto'),
      await loop.get('ImageUpdateAutomation', 'auto'),
    ]);
    assert.doesNotMatch(told, /CANARY|BEGIN PGP/);
  },
);

test('an SSH key signs what an automation commits', { skip: sshKeygenMissing() }, async (t) => {
  const keys = keyFolder(t);
  const { privateKey, publicKey } = keys.generate(['-t', 'ed25519'], 'CANARY-pass');
  const { loop, fleet } = await start(t, '{type: ssh, secretRef: {name: key}}');
  loop.write('secret.yaml', secret({ 'git.asc': 'x' }));
  await ready(loop, `${failed}signing key secret 'key' does not contain an 'identity' key`);
  loop.write('secret.yaml', secret({ identity: privateKey, password: 'CANARY-pass' }));
  await ready(loop, 'Ready=True Succeeded: repository up-to-date');
  assert.match(verifySshCommit(fleet, publicKey, { folder: keys.path }), /Good "git" signature/);
});

test(
  'spec.verify of a GitRepository decides what is built upon; our own signed commits pass it',
  { skip: sshKeygenMissing() },
  async (t) => {
    const keys = keyFolder(t);
    const bot = keys.generate(['-t', 'ed25519']);
    const verify = ', verify: {secretRef: {name: trusted}}';
    const { loop, fleet } = await start(t, '{type: ssh, secretRef: {name: key}}', verify);
    loop.write('secret.yaml', secret({ identity: bot.privateKey }));
    await ready(
      loop,
      `${failed}failed to get verification keys: failed to get secret 'sources/trusted': secrets "trusted" not found`,
    );
    const trusted = secret({ 'bot.sshpub': bot.publicKey }, '{name: trusted, namespace: sources}');
    loop.write('trusted.yaml', trusted);
    const refused = `GitOperationFailed: failed to checkout source: unable to verify commit '${fleet.head()}': it is not signed`;
    await ready(loop, refused);
    assert.equal(fleet.log().length, 1);
    loop.write('all.yaml', objects('{type: ssh, secretRef: {name: key}}'));
    await ready(loop, 'Ready=True Succeeded: repository up-to-date');
    loop.write('all.yaml', objects('{type: ssh, secretRef: {name: key}}', verify));
    loop.registry.push('app', '1.2.0');
    await loop.request('ImageRepository', 'app');
    await loop.until(() => fleet.log().length === 3);
    await ready(loop, 'Ready=True Succeeded: repository up-to-date');
  },
);

test(
  'what of spec.verify cannot be applied stands in the Ready message, and is told once',
  { skip: sshKeygenMissing() },
  async (t) => {
    const keys = keyFolder(t);
    const { privateKey } = keys.generate(['-t', 'ed25519']);
    const verify = ', verify: {mode: Tag, secretRef: {name: trusted}}';
    const { loop } = await start(t, '{type: ssh, secretRef: {name: key}}', verify);
    loop.write('secret.yaml', secret({ identity: privateKey }));
    const gap =
      "spec.verify of GitRepository 'sources/fleet' is not applied: its mode Tag is about tags, and not about the commit";
    await ready(loop, `Ready=True Succeeded: repository up-to-date, but ${gap}`);
    await loop.request('ImageUpdateAutomation', 'auto');
    const told = (await loop.events('ImageUpdateAutomation', 'auto')).filter(
      ({ type, reason }) => type === 'Warning' && reason === 'VerificationSkipped',
    );
    assert.deepEqual(
      told.map(({ message, count }) => [message, count ?? 1]),
      [[gap, 1]],
    );
  },
);
