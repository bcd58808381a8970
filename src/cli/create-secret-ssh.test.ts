import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { sshFingerprint } from '../ssh/fingerprint.ts';
import { parsePrivateKey } from '../ssh/parse-private-key.ts';
import { type KeyFolder, keyFolder, sshKeygenMissing } from '../ssh/testing/ssh-keygen.ts';
import { createSecretGit } from './commands/create-secret-git.ts';
import type { CliDeps } from './deps.ts';
import { Output } from './output.ts';
import { runProgram, type ProgramRun } from './testing/run-program.ts';

const sshd = '/usr/sbin/sshd';
const skip = [
  sshKeygenMissing(),
  spawnSync(sshd, ['-V']).error === undefined ? false : 'sshd is not installed (Debian: openssh-server)',
].find((reason) => reason !== false);

interface SshServer {
  readonly port: number;
  readonly hostKeys: readonly string[];
  readonly keys: KeyFolder;
}

/** A real sshd that lets nobody in: all that is asked of it is its host keys. */
async function startServer(t: TestContext): Promise<SshServer> {
  const keys = keyFolder(t);
  const hostKeys = [
    ['-t', 'ed25519'],
    ['-t', 'ecdsa'],
  ].map((args) => keys.generate(args));
  const port = await freePort();
  // Where it locks itself in, when it runs as root.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const config = join(keys.path, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeys.map(({ path }) => `HostKey ${path}`),
    `PidFile ${join(keys.path, 'pid')}`,
    'UsePAM no',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const child = spawn(sshd, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  for await (const line of createInterface(child.stderr)) if (line.startsWith('Server listening')) break;
  return { port, hostKeys: hostKeys.map(({ publicKey }) => publicKey), keys };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function create(words: string, input = ''): ProgramRun {
  return runProgram(['create', 'secret', 'git', ...words.split(' ')], { input });
}

function fingerprintOf(publicLine: string): string {
  return sshFingerprint(Buffer.from(publicLine.split(' ')[1] ?? '', 'base64'));
}

test('for ssh a key pair is made, and the host keys are fetched and shown', { skip }, async (t) => {
  const { port, hostKeys } = await startServer(t);
  const url = `--url=ssh://git@127.0.0.1:${port}/fleet.git`;
  for (const [flags, type] of [
    ['', 'ecdsa-sha2-nistp384'],
    [' --ssh-ecdsa-curve=p521', 'ecdsa-sha2-nistp521'],
    [' --ssh-key-algorithm=rsa', 'ssh-rsa'],
    [' --ssh-key-algorithm=ed25519', 'ssh-ed25519'],
  ] as const) {
    const folder = keyFolder(t).path;
    const { code, stdout, stderr } = create(`key ${url} --secrets ${folder}${flags}`);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    const read = (key: string): string => readFileSync(join(folder, 'flux-system/key', key), 'utf8');
    assert.equal(parsePrivateKey(read('identity')).type, type);
    assert.ok(stderr.startsWith(`✚ deploy key: ${read('identity.pub').trimEnd()}\n`), stderr);
    const known = read('known_hosts').split('\n').sort();
    const expected = hostKeys.map((line) => `[127.0.0.1]:${port} ${line.split(' ', 2).join(' ')}`).sort();
    assert.deepEqual(known, expected);
    for (const line of hostKeys) assert.ok(stderr.includes(fingerprintOf(line)), stderr);
    assert.match(stderr, /^⚠ nobody was asked whether these are the right host keys/m);
    assert.match(stderr, /^► git secret 'key' created in 'flux-system' namespace$/m);
  }
});

test('a key of one’s own is taken, with its passphrase, and --silent does not warn', { skip }, async (t) => {
  const { port, keys } = await startServer(t);
  const own = keys.generate(['-t', 'ed25519'], 'open sesame');
  const words = `key --url=ssh://git@127.0.0.1:${port}/x --private-key-file=${own.path} --export`;
  const missing = create(words);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /✗ \S+ is protected by a passphrase|✗ \S+ .*passphrase/);
  assert.match(missing.stderr, /give it with --password-file FILE/);
  const wrong = create(`${words} --password-file=-`, 'open barley');
  assert.equal(wrong.code, 2);
  const right = create(`${words} --password-file=- --silent`, 'open sesame');
  assert.equal(right.code, 0, right.stderr);
  assert.match(right.stdout, /^ {2}password: open sesame$/m);
  assert.match(right.stdout, /^ {2}identity: \|\n {4}-----BEGIN OPENSSH PRIVATE KEY-----$/m);
  assert.doesNotMatch(right.stderr, /⚠/);
  const half = create(words.replace(own.path, `${own.path}.pub`));
  assert.match(half.stderr, /✗ \S+\.pub is a public key, and the private one belongs there/);
});

test('host keys may come from a file, and then no server is asked', { skip }, async (t) => {
  const keys = keyFolder(t);
  const host = keys.generate(['-t', 'ed25519']);
  const file = join(keys.path, 'known_hosts');
  writeFileSync(file, `# from the host’s page\nexample.invalid ${host.publicKey}`);
  const { code, stdout, stderr } = create(
    `key --url=ssh://git@example.invalid/x --known-hosts-file=${file} --export`,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ {2}known_hosts: example\.invalid ssh-ed25519 /m);
  assert.doesNotMatch(stderr, /⚠/);
});

test('a server that gives no host key is named', { skip }, async () => {
  const { code, stderr } = create(`key --url=ssh://git@127.0.0.1:${await freePort()}/x --export`);
  assert.equal(code, 2);
  assert.match(stderr, /✗ the host key of 127\.0\.0\.1:\d+ could not be fetched/);
});

test('whoever sits at a terminal is asked, and no means nothing', { skip }, async (t) => {
  const { port } = await startServer(t);
  for (const [answer, code] of [
    ['n', 1],
    ['', 1],
    ['y', 0],
  ] as const) {
    const said: string[] = [];
    const sink = { isTerminal: true, write: (text: string | Uint8Array) => void said.push(String(text)) };
    const out = new Output({ stdout: sink, stderr: sink, color: false, verbose: false });
    const questions: string[] = [];
    const deps = {
      environment: { PATH: process.env['PATH'] },
      folder: '/',
      signal: new AbortController().signal,
      stdin: {
        isTerminal: true,
        read: async () => Buffer.alloc(0),
        ask: async (question: string) => {
          questions.push(question);
          return answer;
        },
      },
    } as unknown as CliDeps;
    const flags = { url: `ssh://git@127.0.0.1:${port}/x`, export: true };
    assert.equal(await createSecretGit.run(deps, { args: ['key'], flags }, out), code);
    assert.deepEqual(questions, ['Are these the host keys of 127.0.0.1? [y/N] ']);
    assert.equal(said.join('').includes('PRIVATE KEY'), code === 0);
  }
});
