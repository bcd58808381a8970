/** Git over SSH against a real sshd: every type of key, every way to be refused, and no secret anywhere. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startRegistry } from '../fakes/registry/start-registry.ts';
import { createBareRepository, type BareRepository } from './harness/bare-repository.ts';
import { canaries, type Leak } from './harness/canaries.ts';
import { guardGit } from './harness/git-guard.ts';
import { serviceFile, serviceYaml } from './harness/one-service.ts';
import { guardSsh, type SshGuard } from './harness/ssh-guard.ts';
import {
  sshServerMissing,
  startSshServer,
  type RunningSshServer,
  type SshKeyFiles,
} from './harness/ssh-server.ts';
import { serviceObjects } from './harness/service-objects.ts';
import { tidemarkIn, type Finished, type Tidemark } from './harness/tidemark.ts';
import { waitUntil } from './harness/wait-until.ts';
import { createWorkspace, type Workspace } from './harness/workspace.ts';

const skip = sshServerMissing();
// Of this process alone: what is looked for in the processes of the machine must not be another test's.
const passphrase = `CANARY-${randomUUID()} phrase`;
const ed25519 = ['-t', 'ed25519'];

/** What the objects say; the rest is as it must be. */
interface Objects {
  readonly secret?: Readonly<Record<string, string>> | 'none' | undefined;
  readonly pushOptions?: Readonly<Record<string, string>>;
}

interface World {
  readonly workspace: Workspace;
  readonly server: RunningSshServer;
  readonly fleet: BareRepository;
  readonly tidemark: Tidemark;
  readonly guard: SshGuard;
  readonly where: readonly string[];
  /** Pushes a newer image. Returns its tag. */
  pushNext(): string;
  write(objects: Objects): void;
  runOnce(...flags: readonly string[]): Promise<Finished>;
  image(): string;
  /** Every place where a key or its passphrase has turned up. */
  leaks(): readonly Leak[];
  /** What logins have left in the folder for temporary files. */
  remains(): readonly string[];
}

/** `keys` are made, let in unless they are strangers', and searched for. */
async function startWorld(
  t: TestContext,
  keys: (server: RunningSshServer) => readonly SshKeyFiles[],
): Promise<World & { readonly keys: readonly SshKeyFiles[] }> {
  const workspace = createWorkspace(t);
  const { registry, host, close } = await startRegistry();
  t.after(close);
  const server = await startSshServer(t, workspace.makeFolder('server'));
  const made = keys(server);
  const planted = canaries([passphrase, ...made.flatMap(secretLines)]);
  const watched = ['state', 'tmp', 'home'];
  const guards = {
    ssh: guardSsh(workspace, planted, watched),
    git: guardGit(workspace, planted, watched),
  };
  const image = `${host}/web`;
  registry.push('web', '1.0.0');
  const fleet = createBareRepository(`${server.folder}/fleet.git`, ['main'], {
    [serviceFile]: serviceYaml(image, '1.0.0'),
  });
  const path = `${guards.ssh.folder}:${guards.git.folder}:${process.env['PATH'] ?? ''}`;
  const tidemark = tidemarkIn(workspace, { env: { PATH: path }, detached: true });
  const where = ['-f', workspace.path('objects'), '--state', workspace.path('state'), '--listen', 'off'];
  let next = 0;
  return {
    workspace,
    server,
    fleet,
    tidemark,
    guard: guards.ssh,
    keys: made,
    where,
    pushNext: () => {
      registry.push('web', `1.0.${++next}`);
      return `1.0.${next}`;
    },
    write: (objects) => {
      workspace.write('objects/web.yaml', yamlOf(objects, { image, url: `${server.url}/fleet.git` }));
    },
    runOnce: (...flags) => tidemark.run('run', ...where, '--once', '--log-level', 'debug', ...flags),
    image: () =>
      /image: (\S+)/
        .exec(fleet.files('main')[serviceFile] ?? '')?.[1]
        ?.split(':')
        .at(-1) ?? '',
    leaks: () => [
      ...planted.searchBytes('output', tidemark.transcript()),
      ...guards.ssh.leaks(),
      ...guards.git.leaks(),
      ...watched.flatMap((folder) => planted.searchFolder(workspace.path(folder))),
      ...planted.searchFolder(server.folder),
    ],
    remains: () => readdirSync(workspace.path('tmp')).filter((name) => name.startsWith('tidemark-ssh-')),
  };
}

/** Lines of the private key's file, without those that are as well in the public key's. */
function secretLines({ privateKey, publicKey }: SshKeyFiles): readonly string[] {
  return privateKey
    .split('\n')
    .filter((line) => /^[A-Za-z0-9+/]{64,}$/.test(line) && !publicKey.includes(line));
}

function yamlOf(
  { secret = {}, pushOptions }: Objects,
  where: { readonly image: string; readonly url: string },
): string {
  const source = secret === 'none' ? '' : '  secretRef: {name: git}\n';
  const git = pushOptions === undefined ? '' : `    push: ${JSON.stringify({ options: pushOptions })}\n`;
  return `apiVersion: v1
kind: Secret
metadata: {name: git, namespace: apps}
stringData: ${JSON.stringify(secret === 'none' ? {} : secret)}
---
${serviceObjects({ ...where, source, git })}`;
}

const keyTypes: readonly (readonly [string, readonly string[], string?])[] = [
  ['RSA', ['-t', 'rsa', '-b', '2048']],
  ['RSA in PEM with a passphrase', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], passphrase],
  ['ECDSA', ['-t', 'ecdsa', '-b', '384']],
  ['Ed25519', ed25519],
  ['Ed25519 with a passphrase', ed25519, passphrase],
];

test('an update is pushed with keys of every type, and they are seen nowhere', { skip }, async (t) => {
  const world = await startWorld(t, (server) =>
    keyTypes.map(([, args, secret]) =>
      server.newKey(args, secret === undefined ? {} : { passphrase: secret }),
    ),
  );
  for (const [index, [what, , secret]] of keyTypes.entries()) {
    const key = world.keys[index];
    world.write({
      secret: {
        identity: key?.privateKey ?? '',
        'identity.pub': key?.publicKey ?? '',
        known_hosts: world.server.knownHosts(),
        ...(secret === undefined ? {} : { password: secret }),
      },
    });
    const tag = world.pushNext();
    const { code, stdout, stderr } = await world.runOnce();
    assert.equal(code, 0, `${what}: ${stdout}${stderr}`);
    assert.equal(world.image(), tag, what);
    if (key !== undefined) await world.server.hasLetIn(key);
  }
  assert.ok(world.guard.calls() >= 3 * keyTypes.length, 'a listing, a fetch and a push each');
  assert.deepEqual(world.leaks(), []);
  assert.deepEqual(world.remains(), []);
});

test('every way to be refused is told by name, and no secret with it', { skip }, async (t) => {
  const world = await startWorld(t, (server) => [
    server.newKey(ed25519, { passphrase }),
    server.newKey(ed25519, { passphrase, stranger: true }),
  ]);
  const { server } = world;
  const [ours, stranger] = world.keys;
  assert.ok(ours !== undefined && stranger !== undefined);
  const secret = { identity: ours.privateKey, password: passphrase, known_hosts: server.knownHosts() };
  const { identity, password, known_hosts } = secret;
  const cases: readonly (readonly [string, Objects['secret'], string])[] = [
    ['no Secret', 'none', 'an ssh:// URL needs spec.secretRef'],
    [
      'another host key',
      { ...secret, known_hosts: server.knownHosts(stranger) },
      `the host key of '${server.host}' is not the one in known_hosts: it shows ssh-ed25519 ${server.hostKey.fingerprint};`,
    ],
    [
      'an unknown host',
      { ...secret, known_hosts: 'git.example ssh-ed25519 AAAA\n' },
      `the host '${server.host}' is not in known_hosts: it shows the key ssh-ed25519 ${server.hostKey.fingerprint};`,
    ],
    [
      'a key that is not let in',
      { ...secret, identity: stranger.privateKey },
      `with the key ssh-ed25519 ${stranger.fingerprint}`,
    ],
    [
      'no passphrase',
      { identity, known_hosts },
      "key 'identity' is protected by a passphrase, and none is given",
    ],
    ['a wrong passphrase', { ...secret, password: `${passphrase}s` }, 'the passphrase is wrong'],
    ['the public key', { ...secret, identity: ours.publicKey }, "key 'identity' is a public key"],
    ['no key', { password, known_hosts }, "secret 'apps/git': key 'identity' not found"],
    ['no known hosts', { identity, password }, "secret 'apps/git': key 'known_hosts' not found"],
  ];
  world.pushNext();
  for (const [what, given, message] of cases) {
    world.write({ secret: given });
    const { code, stdout, stderr } = await world.runOnce();
    assert.equal(code, 1, `${what}: ${stdout}${stderr}`);
    assert.ok(stdout.includes(message), `${what}: ${stdout}${stderr}`);
  }
  assert.equal(world.image(), '1.0.0');
  assert.deepEqual(world.leaks(), []);
  assert.deepEqual(world.remains(), []);
});

test('push options reach the server, and so does what it refuses', { skip }, async (t) => {
  const world = await startWorld(t, (server) => [server.newKey(ed25519)]);
  const hooks = join(world.fleet.path, 'hooks');
  mkdirSync(hooks, { recursive: true });
  writeFileSync(
    join(hooks, 'pre-receive'),
    '#!/bin/sh\n[ "$GIT_PUSH_OPTION_0" = ci.skip=yes ] || { echo "no option" >&2; exit 1; }\n',
  );
  chmodSync(join(hooks, 'pre-receive'), 0o755);
  writeFileSync(
    join(world.fleet.path, 'config'),
    '[core]\n\tbare = true\n[receive]\n\tadvertisePushOptions = true\n',
  );
  const secret = { identity: world.keys[0]?.privateKey ?? '', known_hosts: world.server.knownHosts() };
  const tag = world.pushNext();
  world.write({ secret });
  const refused = await world.runOnce();
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /pre-receive hook declined \(remote: no option\)/);
  world.write({ secret, pushOptions: { 'ci.skip': 'yes' } });
  assert.equal((await world.runOnce()).code, 0);
  assert.equal(world.image(), tag);
  assert.deepEqual(world.leaks(), []);
  assert.deepEqual(world.remains(), []);
});

test('only what --ssh-kex-algos and --ssh-hostkey-algos name is agreed on', { skip }, async (t) => {
  const world = await startWorld(t, (server) => [server.newKey(ed25519)]);
  world.write({
    secret: { identity: world.keys[0]?.privateKey ?? '', known_hosts: world.server.knownHosts() },
  });
  const tag = world.pushNext();
  const refused = await world.runOnce('--ssh-hostkey-algos', 'rsa-sha2-512,rsa-sha2-256');
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /no matching host key type found\. Their offer: ssh-ed25519/);
  const done = await world.runOnce(
    '--ssh-hostkey-algos',
    'ssh-ed25519',
    '--ssh-kex-algos',
    'curve25519-sha256',
  );
  assert.equal(done.code, 0, done.stdout);
  assert.equal(world.image(), tag);
});

test(
  'a run that goes on pushes update after update, and takes a new key and new known hosts when they come',
  { skip },
  async (t) => {
    const world = await startWorld(t, (server) => [
      server.newKey(ed25519, { passphrase }),
      server.newKey(['-t', 'ecdsa', '-b', '256'], { stranger: true }),
      server.newKey(['-t', 'rsa', '-b', '3072']),
    ]);
    const secretOf = (key: SshKeyFiles | undefined): Readonly<Record<string, string>> => ({
      identity: key?.privateKey ?? '',
      password: passphrase,
      known_hosts: world.server.knownHosts(),
    });
    const arrives = (tag: string): Promise<unknown> =>
      waitUntil(() => world.image() === tag, { what: `${tag} in Git` });
    world.write({ secret: secretOf(world.keys[0]) });
    const running = world.tidemark.start('run', ...world.where, '--log-level', 'debug');
    await arrives(world.pushNext());
    await arrives(world.pushNext());
    world.write({ secret: secretOf(world.keys[1]) });
    const refused = world.pushNext();
    await running.waitForOutput(/permission denied \(publickey\)/);
    world.write({ secret: secretOf(world.keys[2]) });
    await arrives(refused);
    assert.equal((await running.stop()).code, 0);
    assert.deepEqual(world.leaks(), []);
    assert.deepEqual(world.remains(), []);
  },
);

test(
  'killed in the middle of a push it leaves no secret behind, and the next run goes on',
  { skip },
  async (t) => {
    const world = await startWorld(t, (server) => [server.newKey(ed25519, { passphrase })]);
    const { workspace, server } = world;
    world.write({
      secret: {
        identity: world.keys[0]?.privateKey ?? '',
        password: passphrase,
        known_hosts: server.knownHosts(),
      },
    });
    // The hook waits until it may go on, and refuses what nobody waits for any more.
    const hook = join(world.fleet.path, 'hooks', 'pre-receive');
    const [began, goOn] = [workspace.path('began'), workspace.path('go-on')];
    mkdirSync(join(hook, '..'), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch '${began}'\nuntil [ -e '${goOn}' ]; do sleep 0.1; done\nexit 1\n`);
    chmodSync(hook, 0o755);
    const tag = world.pushNext();
    const running = world.tidemark.start('run', ...world.where, '--log-level', 'debug');
    await waitUntil(() => existsSync(began), { what: 'a push that is under way' });
    assert.equal(world.remains().length, 1, 'the folder of the login');
    assert.deepEqual(world.leaks(), []);
    running.killWithChildren();
    await running.finished;
    assert.deepEqual(world.leaks(), []);
    writeFileSync(goOn, '');
    writeFileSync(hook, '#!/bin/sh\n');
    assert.equal((await world.runOnce()).code, 0);
    assert.equal(world.image(), tag);
    assert.deepEqual(world.leaks(), []);
  },
);
