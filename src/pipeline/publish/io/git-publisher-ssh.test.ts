import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { execFileSync } from 'node:child_process';
import { createBareRepository, type BareRepository } from '../../../../test/e2e/harness/bare-repository.ts';
import { freePort } from '../../../../test/e2e/harness/free-port.ts';
import {
  sshServerMissing,
  startSshServer,
  type RunningSshServer,
  type SshKeyFiles,
} from '../../../../test/e2e/harness/ssh-server.ts';
import type { GitRemote, PublishRequest, PublishResult, SshCredentials } from '../ports.ts';
import { GitPublisher, type GitPublisherOptions } from './git-publisher.ts';
import { fleet, screen, setTag } from './testing/publish-stage.ts';

const skip = sshServerMissing();
const ed25519 = ['-t', 'ed25519'];

interface SshStage {
  readonly root: string;
  readonly server: RunningSshServer;
  readonly repository: BareRepository;
  readonly key: SshKeyFiles;
  publisher(options?: Partial<GitPublisherOptions>): GitPublisher;
  remote(changes?: Partial<GitRemote>, login?: Partial<SshCredentials>): GitRemote;
  publish(
    request?: Partial<PublishRequest>,
    publisher?: GitPublisher,
    signal?: AbortSignal,
  ): Promise<PublishResult>;
}

async function setSshStage(t: TestContext, options: readonly string[] = []): Promise<SshStage> {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-publish-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const server = await startSshServer(t, join(root, 'server'), options);
  const repository = createBareRepository(join(server.folder, 'fleet.git'), ['main'], fleet);
  const key = server.newKey(ed25519);
  let count = 0;
  const stage: SshStage = {
    root,
    server,
    repository,
    key,
    publisher: (changes = {}) => {
      const publisher = new GitPublisher({
        mirrors: join(root, `mirrors-${count++}`),
        environment: process.env,
        log: quiet,
        clock: { now: () => new Date(), monotonicMs: () => performance.now(), sleep: async () => undefined },
        ...changes,
      });
      t.after(async () => publisher.close());
      return publisher;
    },
    remote: (changes = {}, login = {}) => ({
      url: `${server.url}/fleet.git`,
      timeoutMs: 30_000,
      identity: 'apps/git',
      credentials: {
        type: 'ssh',
        identity: key.privateKey,
        knownHosts: server.knownHosts(),
        ...login,
      },
      ...changes,
    }),
    publish: async (request = {}, publisher = stage.publisher(), signal = new AbortController().signal) =>
      publisher.publish(
        {
          remote: stage.remote(),
          checkout: { branch: 'main' },
          push: { branch: 'main', switched: false },
          path: '.',
          screen,
          draft: setTag('2'),
          ...request,
        },
        signal,
      ),
  };
  return stage;
}

const quiet = { debug: () => undefined, info: () => undefined, error: () => undefined, with: () => quiet };

const types: readonly (readonly [args: readonly string[], passphrase?: string])[] = [
  [['-t', 'rsa', '-b', '2048']],
  [['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'CANARY pass phrase'],
  [['-t', 'ecdsa', '-b', '256']],
  [['-t', 'ecdsa', '-b', '384', '-m', 'PKCS8'], 'CANARY pass phrase'],
  [['-t', 'ecdsa', '-b', '521']],
  [ed25519],
  [ed25519, 'CANARY pass phrase'],
];

test('it reads and pushes with keys of all types, with a passphrase and without', { skip }, async (t) => {
  const stage = await setSshStage(t);
  const publisher = stage.publisher();
  let tag = 1;
  for (const [args, passphrase] of types) {
    const secret = passphrase === undefined ? {} : { passphrase };
    const key = stage.server.newKey(args, secret);
    const remote = stage.remote({}, { identity: key.privateKey, ...secret });
    const result = await stage.publish({ remote, draft: setTag(String(++tag)) }, publisher);
    assert.equal(result.outcome, 'pushed', args.join(' '));
    assert.match(stage.repository.files('main')['apps/dev/web.yaml'] ?? '', new RegExp(`web:${tag} `));
    await stage.server.hasLetIn(key);
  }
});

test('a lost race is drafted again, and nothing of the others is lost', { skip }, async (t) => {
  const stage = await setSshStage(t);
  let tries = 0;
  const result = await stage.publish({
    draft: (view) => {
      if (++tries === 1) stage.repository.commit('main', { 'theirs.yaml': 'a: 1\n' });
      return setTag('2')(view);
    },
  });
  assert.equal(result.outcome, 'pushed');
  assert.equal(tries, 2);
  assert.equal(stage.repository.files('main')['theirs.yaml'], 'a: 1\n');
  assert.match(stage.repository.files('main')['apps/dev/web.yaml'] ?? '', /web:2 /);
});

test('another branch, a refspec and push options arrive', { skip }, async (t) => {
  const stage = await setSshStage(t);
  const seen = join(stage.root, 'options');
  const hook = join(stage.repository.path, 'hooks', 'pre-receive');
  mkdirSync(join(stage.repository.path, 'hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\necho "$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0" >> ${seen}\n`);
  chmodSync(hook, 0o755);
  execFileSync('git', ['-C', stage.repository.path, 'config', 'receive.advertisePushOptions', 'true']);
  await stage.publish({
    push: {
      branch: 'update',
      switched: true,
      refspec: 'refs/heads/update:refs/heads/copy',
      options: { 'merge_request.create': '' },
    },
  });
  assert.equal(stage.repository.shaOf('update'), stage.repository.shaOf('copy'));
  assert.equal(execFileSync('cat', [seen], { encoding: 'utf8' }), '1 merge_request.create=\n'.repeat(2));
});

test('what the server says to a refused push is passed on', { skip }, async (t) => {
  const stage = await setSshStage(t);
  const hook = join(stage.repository.path, 'hooks', 'pre-receive');
  mkdirSync(join(stage.repository.path, 'hooks'), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\necho "only on weekdays" >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  await assert.rejects(stage.publish(), {
    code: 'GitPushRejected',
    message: /pre-receive hook declined \(remote: only on weekdays\)$/,
  });
});

test('why the remote cannot be reached is told, with what was seen and what to do', { skip }, async (t) => {
  const stage = await setSshStage(t);
  const { server, remote } = stage;
  const stranger = server.newKey(ed25519, { stranger: true });
  const locked = server.newKey(ed25519, { passphrase: 'CANARY-passphrase' });
  const port = server.host.split(':')[1] ?? '';
  const fingerprint = (key: SshKeyFiles): string => key.fingerprint.replaceAll(/[+/]/g, '\\$&');
  const host = fingerprint(server.hostKey);
  const nobody = await freePort();
  const at = (url: string): Partial<GitRemote> => ({ url });
  const rows: readonly (readonly [GitRemote, string, RegExp])[] = [
    [
      remote({}, { knownHosts: server.knownHosts(stranger) }),
      'GitUnauthorized',
      new RegExp(
        `the host key of '127.0.0.1:${port}' is not the one in known_hosts: it shows ssh-ed25519 ${host}; .*ssh-keyscan -p ${port} 127.0.0.1 prints`,
      ),
    ],
    [
      remote({}, { knownHosts: '# nobody\n' }),
      'GitUnauthorized',
      new RegExp(`the host '127.0.0.1:${port}' is not in known_hosts: it shows the key ssh-ed25519 ${host};`),
    ],
    [
      remote({}, { knownHosts: `@revoked ${server.knownHosts()}` }),
      'GitUnauthorized',
      new RegExp(`is marked as revoked in known_hosts: ssh-ed25519 ${host}`),
    ],
    [
      remote({}, { identity: stranger.privateKey }),
      'GitUnauthorized',
      new RegExp(`permission denied \\(publickey\\): .* with the key ssh-ed25519 ${fingerprint(stranger)}`),
    ],
    [
      remote({}, { identity: locked.privateKey }),
      'GitUnauthorized',
      /secret 'apps\/git': key 'identity' is protected by a passphrase, and none is given: put it into the key 'password'$/,
    ],
    [
      remote({}, { identity: locked.privateKey, passphrase: 'CANARY-wrong' }),
      'GitUnauthorized',
      /secret 'apps\/git': key 'identity' cannot be decrypted: the passphrase is wrong$/,
    ],
    [
      remote({}, { identity: locked.publicKey }),
      'GitUnauthorized',
      /secret 'apps\/git': key 'identity' is a public key, and the private one belongs there/,
    ],
    [
      remote(at(`${server.url}/nope.git`)),
      'GitUnreachable',
      /unable to clone: repository not found: git repository: 'ssh:\/\/127.0.0.1:\d+\/nope.git'$/,
    ],
    [remote(at(`ssh://127.0.0.1:${nobody}/x.git`)), 'GitUnreachable', /port \d+: Connection refused$/],
    [
      remote(at('ssh://nowhere.invalid/x.git')),
      'GitUnreachable',
      /Could not resolve hostname nowhere.invalid/,
    ],
  ];
  for (const [asked, code, message] of rows) {
    await assert.rejects(stage.publish({ remote: asked }), (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /CANARY|PRIVATE KEY/);
      return true;
    });
  }
});

test(
  'a server that never answers is given up after the timeout, and nothing of the try is left',
  { skip },
  async (t) => {
    const stage = await setSshStage(t);
    const mute = createServer().listen(0, '127.0.0.1');
    t.after(() => mute.close());
    await once(mute, 'listening');
    const address = mute.address();
    assert.ok(address !== null && typeof address === 'object');
    const url = `ssh://127.0.0.1:${address.port}/x.git`;
    const folder = privateTemporaryFolder(t, stage);
    await assert.rejects(stage.publish({ remote: stage.remote({ url, timeoutMs: 500 }) }), {
      code: 'GitTimeout',
      message: /no answer within 0.5s/,
    });
    assert.deepEqual(readdirSync(folder), []);
    const stop = new AbortController();
    mute.once('connection', () => stop.abort(new Error('enough')));
    const publisher = stage.publisher();
    await assert.rejects(stage.publish({ remote: stage.remote({ url }) }, publisher, stop.signal), {
      code: 'Aborted',
    });
    await publisher.close();
    assert.deepEqual(readdirSync(folder), []);
  },
);

test('only the allowed key exchanges and host keys are used', { skip }, async (t) => {
  const stage = await setSshStage(t, ['KexAlgorithms curve25519-sha256']);
  const given = (kex?: string, hostKey?: string): GitPublisher => stage.publisher({ ssh: { kex, hostKey } });
  assert.equal((await stage.publish({}, given('curve25519-sha256', 'ssh-ed25519'))).outcome, 'pushed');
  await assert.rejects(stage.publish({}, given('ecdh-sha2-nistp256')), {
    code: 'GitUnreachable',
    message: /no matching key exchange method found\. Their offer: curve25519-sha256.*--ssh-kex-algos/,
  });
  await assert.rejects(stage.publish({}, given(undefined, 'rsa-sha2-512')), {
    code: 'GitUnreachable',
    message: /no matching host key type found/,
  });
  await assert.rejects(stage.publish({}, given('no-such-exchange')), {
    code: 'GitFailed',
    message: /ssh cannot be started: Unsupported KEX algorithm "no-such-exchange"/,
  });
});

test('a machine without ssh is told what to install', { skip }, async (t) => {
  const stage = await setSshStage(t);
  const programs = join(stage.root, 'bin');
  mkdirSync(programs);
  for (const name of ['git', 'sh']) {
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name));
  }
  const publisher = stage.publisher({ environment: { PATH: programs } });
  await assert.rejects(stage.publish({}, publisher), {
    code: 'GitFailed',
    message: /ssh was not found in PATH: install the client of OpenSSH \(package openssh-client\)$/,
  });
});

test('a path too long for a socket is named', { skip }, async (t) => {
  const stage = await setSshStage(t);
  privateTemporaryFolder(t, stage, 'x'.repeat(100));
  await assert.rejects(stage.publish(), { code: 'GitFailed', message: /set TMPDIR to a shorter one$/ });
});

test('the agent, keys and files of whoever runs it are not used', { skip }, async (t) => {
  const stage = await setSshStage(t);
  const publisher = stage.publisher({
    environment: {
      ...process.env,
      SSH_AUTH_SOCK: '/nowhere',
      GIT_SSH_COMMAND: 'false',
      GIT_SSH: '/bin/false',
      GIT_SSH_VARIANT: 'plink',
    },
  });
  assert.equal((await stage.publish({}, publisher)).outcome, 'pushed');
});

test('ssh without a key, with a password or through a proxy is refused', async () => {
  const publisher = new GitPublisher({
    mirrors: '/nowhere',
    environment: {},
    log: quiet,
    clock: { now: () => new Date(), monotonicMs: () => 0, sleep: async () => undefined },
  });
  const login: SshCredentials = { type: 'ssh', identity: 'x', knownHosts: 'x' };
  for (const remote of [
    { url: 'ssh://host/x' },
    { url: 'ssh://host/x', credentials: { type: 'bearer', token: 't' } },
    { url: 'https://host/x', credentials: login },
    { url: 'ssh://host/x', credentials: login, proxy: 'http://proxy' },
  ] as const) {
    const request = {
      remote: { ...remote, timeoutMs: 1000 },
      checkout: {},
      push: { branch: 'main', switched: false },
      path: '.',
      screen,
      draft: () => undefined,
    };
    await assert.rejects(publisher.publish(request, new AbortController().signal), {
      code: 'GitFailed',
      message: /ssh:\/\/ needs a private key and known hosts/,
    });
  }
});

/** Makes this process use a folder for temporary files that nobody else has anything in. */
function privateTemporaryFolder(t: TestContext, { root }: SshStage, name = 'tmp'): string {
  const folder = join(root, name);
  mkdirSync(folder);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  t.after(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  return folder;
}
