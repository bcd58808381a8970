import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import {
  type RunningRegistry,
  type StartOptions,
  startRegistry,
} from '../../../test/fakes/registry/start-registry.ts';
import { startHttpProxy } from '../../../test/fakes/proxy/http-proxy.ts';
import { type Certificates, makeCertificates } from '../../pipeline/publish/io/testing/certificates.ts';
import { dockerConfig, laySecret, runCheck } from './testing/run-check.ts';

const password = 'CANARY-registry-pw';
const account = { username: 'robot', password };

function workspace(t: Pick<TestContext, 'after'>): string {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-check-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, 'secrets'));
  return path;
}

async function registryFor(t: TestContext, options: StartOptions = {}): Promise<RunningRegistry> {
  const running = await startRegistry(options);
  t.after(() => running.close());
  for (const tag of ['1.0.0', '1.0.1']) running.registry.push('team/app', tag);
  return running;
}

function certificatesFor(t: TestContext, folder: string): Certificates | undefined {
  const made = makeCertificates(folder);
  if (made === undefined) t.skip('openssl is not installed');
  return made;
}

function overTls({ server }: Certificates): StartOptions {
  return { server: (listener) => createTlsServer(server, listener) };
}

suite('check --registry goes the way of a scan', () => {
  test('an open registry, step by step', async (t) => {
    const { host } = await registryFor(t);
    const { code, lines } = await runCheck({ registry: `${host}/team/app:1.0.0` }, { folder: workspace(t) });
    assert.deepEqual(lines, [
      `► checking registry ${host} for ${host}/team/app`,
      '✔ credentials: none are named, so it is asked anonymously',
      `✔ connected to ${host}`,
      `✔ no TLS on ${host}: plain HTTP, which is allowed here`,
      `✔ http://${host}/v2/ answers anybody`,
      '✔ may read team/app: 2 tags',
      '✔ all checks passed',
    ]);
    assert.equal(code, 0);
  });

  test('a registry with tokens, a password and an authority of its own', async (t) => {
    const folder = workspace(t);
    const made = certificatesFor(t, folder);
    if (made === undefined) return;
    const { host } = await registryFor(t, { access: { kind: 'token', ...account }, ...overTls(made) });
    laySecret(folder, 'pull', dockerConfig(host, account.username, password));
    laySecret(folder, 'ca', { 'ca.crt': made.ca });
    const flags = { registry: `${host}/team/app`, secret: 'pull', certSecret: 'ca', secrets: 'secrets' };
    const { code, lines } = await runCheck(flags, { folder });
    assert.deepEqual(
      lines.map((line) => line.replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY')),
      [
        `► checking registry ${host} for ${host}/team/app`,
        `✔ credentials: user 'robot' for ${host} from Secret flux-system/pull`,
        `✔ connected to ${host}`,
        "✔ TLS 1.3: certificate from 'test-ca', valid until DAY, trusted by ca.crt of Secret flux-system/ca",
        '⚠ the certificate of 127.0.0.1 expires on DAY',
        `✔ https://${host}/v2/ wants a token (Bearer) from https://${host}/token`,
        `✔ token from https://${host}/token`,
        '✔ may read team/app: 2 tags',
        '⚠ all checks passed, with 1 warning',
      ],
    );
    assert.equal(code, 0);
  });

  test('where nothing is named the credentials of the docker of whoever asks are tried, unless that is turned off', async (t) => {
    const folder = workspace(t);
    const { host } = await registryFor(t, { access: { kind: 'basic', ...account } });
    const auth = Buffer.from(`${account.username}:${password}`).toString('base64');
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
    const place = { folder, environment: { DOCKER_CONFIG: folder } };
    const registry = `${host}/team/app`;
    const { code, lines } = await runCheck({ registry }, place);
    assert.equal(lines[1], `✔ credentials: user 'robot' for ${host} from ${join(folder, 'config.json')}`);
    assert.ok(lines.includes('✔ may read team/app: 2 tags'));
    assert.equal(code, 0);
    // Of a flag that begins with no- the parser says false when it was given.
    const without = await runCheck({ registry, noAmbientCredentials: false }, place);
    assert.equal(without.lines[1], '✔ credentials: none are named, so it is asked anonymously');
    assert.equal(without.code, 1);
    assert.ok(![...lines, ...without.lines].join('').includes(password));
  });

  test('objects are found by name and by their image, and their own access is used', async (t) => {
    const folder = workspace(t);
    const { host } = await registryFor(t, { access: { kind: 'basic', ...account } });
    laySecret(folder, 'pull', dockerConfig(host, account.username, password));
    writeFileSync(
      join(folder, 'objects.yaml'),
      `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: flux-system}
spec: {image: ${host}/team/app, interval: 5m, secretRef: {name: pull}}
`,
    );
    const home = { file: [join(folder, 'objects.yaml')], state: join(folder, 'state'), secrets: 'secrets' };
    for (const registry of ['imagerepository/app', `${host}/team/app`]) {
      const { code, lines } = await runCheck({ registry, ...home }, { folder });
      assert.equal(
        lines[0],
        `► checking registry ${host} for ${host}/team/app (ImageRepository flux-system/app)`,
      );
      assert.equal(lines[1], `✔ credentials: user 'robot' for ${host} from Secret flux-system/pull`);
      assert.ok(lines.includes(`✔ http://${host}/v2/ wants user name and password (Basic)`));
      assert.equal(code, 0);
    }
    const missing = await runCheck(
      { registry: 'imagerepository/app', ...home, secrets: undefined },
      { folder },
    );
    assert.equal(missing.code, 1);
    assert.match(missing.lines[1] ?? '', /^✗ credentials: secrets "pull" not found$/);
    assert.match(missing.lines[2] ?? '', /^ {2}Secrets belong into namespace flux-system: /);
    await assert.rejects(runCheck({ registry: 'imagerepository/nope', ...home }, { folder }), {
      code: 'NotFound',
    });
  });
});

suite('check --registry says at which step it ends, and what to do', () => {
  const lastOf = (lines: readonly string[]): string => lines.slice(-4).join('\n');

  test('a name that nobody knows', async (t) => {
    const { code, lines } = await runCheck(
      { registry: 'registry.invalid/team/app' },
      { folder: workspace(t) },
    );
    assert.equal(code, 1);
    assert.match(
      lastOf(lines),
      /✗ name registry\.invalid: (no such host|the host name cannot be resolved now)\n {2}is it spelt right/,
    );
  });

  test('nobody listens there', async (t) => {
    const { host, close } = await startRegistry();
    await close();
    const { code, lines } = await runCheck({ registry: `${host}/team/app` }, { folder: workspace(t) });
    assert.equal(code, 1);
    assert.match(lines[2] ?? '', /^✗ connection to 127\.0\.0\.1:\d+: connection refused$/);
    assert.match(lines[3] ?? '', /^ {2}is that the right host and port/);
  });

  test('an authority that nothing trusts', async (t) => {
    const folder = workspace(t);
    const made = certificatesFor(t, folder);
    if (made === undefined) return;
    const { host } = await registryFor(t, overTls(made));
    const { code, lines } = await runCheck({ registry: `${host}/team/app` }, { folder });
    assert.equal(code, 1);
    assert.match(
      lastOf(lines),
      /✗ TLS: the certificate of 127\.0\.0\.1 is from 'test-ca', which is trusted neither by this machine nor by the object \(\w+\)\n {2}if it is an authority of your own: tidemark create secret tls/,
    );
  });

  test('a wrong password, with Basic and with tokens', async (t) => {
    for (const kind of ['basic', 'token'] as const) {
      const folder = workspace(t);
      const { host } = await registryFor(t, { access: { kind, ...account } });
      laySecret(folder, 'pull', dockerConfig(host, account.username, 'CANARY-wrong'));
      const flags = { registry: `${host}/team/app`, secret: 'pull', secrets: 'secrets' };
      const { code, lines } = await runCheck(flags, { folder });
      assert.equal(code, 1);
      assert.match(
        lines.join('\n'),
        /✗ GET http:.*401 Unauthorized.*credentials for 127\.0\.0\.1:\d+ were refused\n {2}the registry does not accept these credentials/,
      );
      assert.doesNotMatch(lines.join('\n'), /CANARY/);
    }
  });

  test('no credentials where some are wanted, and a Secret for another host', async (t) => {
    const folder = workspace(t);
    const { host } = await registryFor(t, { access: { kind: 'basic', ...account } });
    const anonymous = await runCheck({ registry: `${host}/team/app` }, { folder });
    assert.equal(anonymous.code, 1);
    assert.match(lastOf(anonymous.lines), / {2}name credentials: tidemark create secret oci NAME --url=127/);
    laySecret(folder, 'other', dockerConfig('ghcr.io', 'robot', password));
    const flags = { registry: `${host}/team/app`, secret: 'other', secrets: 'secrets' };
    const other = await runCheck(flags, { folder });
    assert.deepEqual(other.lines.slice(1, 3), [
      `⚠ credentials: Secret flux-system/other has none for ${host}, so it is asked anonymously`,
      '  it has entries for ghcr.io',
    ]);
  });

  test('a token server that is down', async (t) => {
    const folder = workspace(t);
    const down = await startRegistry();
    await down.close();
    const realm = `http://${down.host}/token`;
    const { host } = await registryFor(t, { access: { kind: 'token', ...account, realm } });
    laySecret(folder, 'pull', dockerConfig(host, account.username, password));
    const flags = { registry: `${host}/team/app`, secret: 'pull', secrets: 'secrets' };
    const { code, lines } = await runCheck(flags, { folder });
    assert.equal(code, 1);
    assert.ok(lines.includes(`✔ http://${host}/v2/ wants a token (Bearer) from ${realm}`));
    assert.match(
      lastOf(lines),
      new RegExp(
        `✗ GET ${realm}.*: connection refused\n {2}the registry answers, and its token server ${down.host} does not`,
      ),
    );
  });

  test('no such repository, a registry in trouble, and something that is no registry', async (t) => {
    const folder = workspace(t);
    const { host, registry } = await registryFor(t);
    const unknown = await runCheck({ registry: `${host}/team/nope` }, { folder });
    assert.match(lastOf(unknown.lines), /✗ .*404 Not Found.*\n {2}is "team\/nope" spelt right\?/);
    registry.fault({ on: 'tags', answer: { kind: 'status', status: 503 } });
    const troubled = await runCheck({ registry: `${host}/team/app` }, { folder });
    assert.match(
      lastOf(troubled.lines),
      /✗ .*503 Service Unavailable.*\n {2}the fault is on the side of the registry/,
    );
    registry.fault({ on: 'ping', answer: { kind: 'html', status: 404 } });
    const page = await runCheck({ registry: `${host}/team/app` }, { folder });
    assert.match(lastOf(page.lines), / {2}what answers at .* does not behave as a registry/);
    assert.deepEqual([unknown.code, troubled.code, page.code], [1, 1, 1]);
  });

  test('a proxy that is not there', async (t) => {
    const folder = workspace(t);
    const down = await startRegistry();
    await down.close();
    laySecret(folder, 'proxy', { address: `http://${down.host}`, username: 'me', password });
    const flags = { registry: 'registry.invalid/team/app', proxySecret: 'proxy', secrets: 'secrets' };
    const { code, lines } = await runCheck(flags, { folder });
    assert.equal(code, 1);
    assert.deepEqual(lines.slice(2, 4), [
      `► through the proxy http://${down.host} from Secret flux-system/proxy, as user 'me'`,
      `✗ connection to ${down.host}: connection refused`,
    ]);
  });

  test('a proxy that leads there, and one that does not let us through', async (t) => {
    const folder = workspace(t);
    const { host } = await registryFor(t);
    const user = { name: 'me', password };
    const proxy = await startHttpProxy({ user, hosts: { 'registry.example': host }, onlyHosts: true });
    t.after(() => proxy.close());
    laySecret(folder, 'right', { address: proxy.url, username: 'me', password });
    laySecret(folder, 'wrong', { address: proxy.url, username: 'me', password: 'CANARY-wrong' });
    const flags = { registry: 'registry.example/team/app', insecure: true, secrets: 'secrets' };
    const right = await runCheck({ ...flags, proxySecret: 'right' }, { folder });
    const { host: shown } = new URL(proxy.url);
    assert.deepEqual(right.lines.slice(2), [
      `► through the proxy http://${shown} from Secret flux-system/right, as user 'me'`,
      `✔ connected to ${shown}`,
      '✔ http://registry.example/v2/ answers anybody',
      '✔ may read team/app: 2 tags',
      '✔ all checks passed',
    ]);
    const wrong = await runCheck({ ...flags, proxySecret: 'wrong' }, { folder });
    assert.equal(wrong.code, 1);
    assert.match(
      lastOf(wrong.lines),
      /✗ GET .*the proxy refused the connection.*\n {2}the proxy answers, and does not let us through/,
    );
    assert.doesNotMatch(wrong.lines.join('\n'), /CANARY/);
  });

  test('a Secret without any home to look for it in', async (t) => {
    await assert.rejects(
      runCheck({ registry: 'ghcr.io/a/b', secret: 'x' }, { folder: workspace(t) }),
      /there are no objects to work on[\s\S]*a Secret may also lie in a folder: name that with --secrets/,
    );
  });

  test('flags that go with nothing are refused', async (t) => {
    const folder = workspace(t);
    for (const [flags, sentence] of [
      [{ secret: 'x' }, 'say what to try with these credentials: --registry IMAGE or --git URL'],
      [
        { registry: 'a/bb', git: 'https://x/y', secret: 'x' },
        '--registry and --git want credentials of their own',
      ],
      [{ registry: 'a/bb', pre: true }, '--pre is about the cluster'],
      [{ git: 'https://x/y', insecure: true }, '--cert-secret and --insecure are for --registry'],
      [{ registry: 'a/bb', provider: 'github' }, 'provider github is for Git repositories'],
      [{ registry: 'https://ghcr.io/a/b' }, "image 'https://ghcr.io/a/b' should not include URL scheme"],
    ] as const) {
      await assert.rejects(runCheck(flags, { folder }), (error: Error) => error.message.startsWith(sentence));
    }
  });
});
