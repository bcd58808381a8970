import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import {
  access,
  fakeRegistry,
  forever,
  hastyClock,
  keychain,
  registryClient,
} from '../../../../test/builders/registry-client.ts';
import type { HastyClock } from '../../../../test/builders/registry-client.ts';
import { parseImageName } from '../../../model/image-ref.ts';
import { silentLog } from '../../../model/log.ts';
import { UserCredentials } from './user-credentials.ts';

const account = { username: 'me', password: 'CANARY-ambient' };

/** A home folder with a docker configuration, and helpers in a folder of PATH. */
class UserHome {
  readonly root: string;
  readonly clock: HastyClock = hastyClock();

  constructor(t: TestContext) {
    this.root = mkdtempSync(join(tmpdir(), 'tidemark-home-'));
    t.after(() => rmSync(this.root, { recursive: true, force: true }));
    mkdirSync(join(this.root, '.docker'));
    mkdirSync(join(this.root, 'bin'));
  }

  config(config: object): void {
    writeFileSync(join(this.root, '.docker', 'config.json'), JSON.stringify(config));
  }

  /** A helper that notes each question, and then runs `script`. */
  helper(name: string, script: string): void {
    const path = join(this.root, 'bin', `docker-credential-${name}`);
    const note = `server=$(cat); echo "$1 $server" >> "$HOME/asked"; env > "$HOME/env"`;
    writeFileSync(path, `#!/bin/sh\n${note}\n${script}\n`);
    chmodSync(path, 0o755);
  }

  asked(): readonly string[] {
    try {
      return readFileSync(join(this.root, 'asked'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }

  credentials(environment: Readonly<Record<string, string>> = {}): UserCredentials {
    const PATH = `${join(this.root, 'bin')}:${process.env['PATH'] ?? ''}`;
    return new UserCredentials({
      environment: { HOME: this.root, PATH, ...environment },
      clock: this.clock,
      log: silentLog,
      helperTimeoutMs: 10_000,
    });
  }
}

function answer({ username, password }: typeof account): string {
  return `echo '${JSON.stringify({ ServerURL: 'x', Username: username, Secret: password })}'`;
}

async function listWith(t: TestContext, where: string, credentials: UserCredentials) {
  const image = parseImageName(where.includes('/') ? where : `${where}/app`);
  const ambient = credentials.for(image);
  return registryClient(t).listTags(image, access(ambient ? { ambient } : {}), forever());
}

test('an entry of ~/.docker/config.json opens its registry, and DOCKER_CONFIG names another folder', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  registry.push('app', '1');
  const home = new UserHome(t);
  home.config({ auths: { [host]: account } });
  assert.deepEqual(await listWith(t, host, home.credentials()), ['1']);
  const elsewhere = home.credentials({ DOCKER_CONFIG: join(home.root, 'none') });
  assert.equal(elsewhere.for(parseImageName(`${host}/app`)), undefined);
  const there = home.credentials({ HOME: '/nonexistent', DOCKER_CONFIG: join(home.root, '.docker') });
  assert.deepEqual(await listWith(t, host, there), ['1']);
});

test('a helper is asked once for all repositories of its registry, and only when the registry wants to know', async (t) => {
  const home = new UserHome(t);
  home.helper('own', answer(account));
  home.config({ credsStore: 'own' });
  const open = await fakeRegistry(t);
  open.registry.push('app', '1');
  const credentials = home.credentials();
  assert.deepEqual(await listWith(t, open.host, credentials), ['1']);
  assert.deepEqual(home.asked(), []);
  assert.ok(open.registry.requests.every(({ headers }) => headers['authorization'] === undefined));

  const shut = await fakeRegistry(t, { access: { kind: 'token', ...account } });
  const names = Array.from({ length: 20 }, (_, index) => `app${index}`);
  for (const name of names) shut.registry.push(name, '1');
  await Promise.all(names.map((name) => listWith(t, `${shut.host}/${name}`, credentials)));
  assert.deepEqual(home.asked(), [`get ${shut.host}`]);
});

test('a registry that is open at /v2/ and wants a password behind it gets the one of the helper', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  registry.push('app', '1');
  registry.fault({ on: 'ping', answer: { kind: 'body', body: '{}' } });
  const home = new UserHome(t);
  home.helper('own', answer(account));
  home.config({ credHelpers: { [host]: 'own' } });
  assert.deepEqual(await listWith(t, host, home.credentials()), ['1']);
});

test('the user name <token> means an identity token', async (t) => {
  const refreshToken = 'CANARY-refresh';
  const { registry, host } = await fakeRegistry(t, {
    access: { kind: 'token', username: 'nobody', password: 'x', refreshToken },
  });
  registry.push('app', '1');
  const home = new UserHome(t);
  home.helper('own', answer({ username: '<token>', password: refreshToken }));
  home.config({ credHelpers: { [host]: 'own' } });
  assert.deepEqual(await listWith(t, host, home.credentials()), ['1']);
  assert.equal(registry.requests.find(({ path }) => path === '/token')?.method, 'POST');
});

test("a helper that knows nothing, or fails, is in nobody's way, and is named when the registry refuses", async (t) => {
  const open = await fakeRegistry(t, { access: { kind: 'token' } });
  open.registry.push('app', '1');
  const shut = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  const home = new UserHome(t);
  const path = join(home.root, '.docker', 'config.json');
  const cases: readonly [script: string | undefined, says: string][] = [
    [
      "echo 'credentials not found in native keychain'; exit 1",
      `no credentials for ${shut.host} were given, and there are none in docker-credential-h0, named in ${path}`,
    ],
    [
      'echo CANARY-said; exit 3',
      `docker-credential-h1 failed for ${shut.host} (exit code 3); it is named in ${path}`,
    ],
    [
      'echo "{CANARY"',
      `docker-credential-h2 gave an answer for ${shut.host} that cannot be read; it is named in ${path}`,
    ],
    [undefined, `docker-credential-h3 is not in PATH; it is named in ${path}`],
  ];
  for (const [index, [script, says]] of cases.entries()) {
    if (script !== undefined) home.helper(`h${index}`, script);
    home.config({ credsStore: `h${index}` });
    const credentials = home.credentials();
    assert.deepEqual(await listWith(t, open.host, credentials), ['1']);
    await assert.rejects(listWith(t, shut.host, credentials), (error: Error) => {
      assert.ok(error.message.includes(says), error.message);
      assert.doesNotMatch(error.message, /CANARY/);
      return true;
    });
  }
});

test('the name of a helper is a name: no path, no argument, no shell', async (t) => {
  const { host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  const home = new UserHome(t);
  for (const credsStore of ['../../x', 'a b', 'x;touch${IFS}y', '-x', '/bin/sh']) {
    home.config({ credsStore });
    await assert.rejects(
      listWith(t, host, home.credentials()),
      /the name of the credential helper is not a name/,
    );
  }
});

test('a helper that hangs is stopped, and one whose children hang is not waited for', async (t) => {
  const { host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  const home = new UserHome(t);
  home.helper('slow', 'sleep 1000 & sleep 1000');
  home.config({ credsStore: 'slow' });
  const credentials = new UserCredentials({
    environment: { HOME: home.root, PATH: `${join(home.root, 'bin')}:${process.env['PATH'] ?? ''}` },
    clock: home.clock,
    log: silentLog,
    helperTimeoutMs: 200,
  });
  await assert.rejects(listWith(t, host, credentials), /docker-credential-slow did not answer within 0.2 s/);
});

test('a helper gets what it needs to find its keys, and nothing else', async (t) => {
  const { host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  const home = new UserHome(t);
  home.helper('own', answer(account));
  home.config({ credsStore: 'own' });
  const environment = { AWS_PROFILE: 'dev', GITHUB_TOKEN: 'CANARY-env', LD_PRELOAD: '', NODE_OPTIONS: '' };
  await assert.rejects(listWith(t, host, home.credentials(environment)), { code: 'RegistryNotFound' });
  const names = readFileSync(join(home.root, 'env'), 'utf8');
  assert.match(names, /^AWS_PROFILE=dev$/m);
  assert.doesNotMatch(names, /GITHUB_TOKEN|LD_PRELOAD|NODE_OPTIONS/);
});

test('a credential that was refused is looked for again, and a new one is used at once', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  registry.push('app', '1');
  const home = new UserHome(t);
  home.helper('own', 'cat "$HOME/answer"');
  const save = (password: string): void =>
    writeFileSync(join(home.root, 'answer'), JSON.stringify({ Username: 'me', Secret: password }));
  save('CANARY-old');
  home.config({ credsStore: 'own' });
  const credentials = home.credentials();
  const client = registryClient(t);
  const image = parseImageName(`${host}/app`);
  const list = async () => {
    const ambient = credentials.for(image);
    return client.listTags(image, access(ambient ? { ambient } : {}), forever());
  };
  await assert.rejects(list(), {
    code: 'RegistryUnauthorized',
    message: new RegExp(
      `the credentials for ${host} \\(from docker-credential-own, named in .*config.json\\) were refused`,
    ),
  });
  save(account.password);
  await home.clock.sleep(31_000);
  assert.deepEqual(await list(), ['1']);
});

test('a changed file counts at once, and a broken one is named when a registry refuses', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  registry.push('app', '1');
  const home = new UserHome(t);
  const credentials = home.credentials();
  await assert.rejects(listWith(t, host, credentials), /no credentials for .* were given$/);
  home.config({ auths: { [host]: account } });
  assert.deepEqual(await listWith(t, host, credentials), ['1']);
  writeFileSync(join(home.root, '.docker', 'config.json'), '{"auths": CANARY');
  await assert.rejects(listWith(t, host, credentials), /were given: .*config\.json is not JSON$/);
});

test('what an object names comes first', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  registry.push('app', '1');
  const home = new UserHome(t);
  home.helper('own', answer({ username: 'someone', password: 'CANARY-else' }));
  home.config({ credsStore: 'own' });
  const image = parseImageName(`${host}/app`);
  const ambient = home.credentials().for(image);
  assert.ok(ambient);
  const both = access({ keychain: keychain({ [host]: account }), ambient });
  assert.deepEqual(await registryClient(t).listTags(image, both, forever()), ['1']);
  assert.deepEqual(home.asked(), []);
});
