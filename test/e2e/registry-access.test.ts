/** Each way to a registry against a real one: its own authority, client certificates, passwords, tokens, proxies. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { suite, test, type TestContext } from 'node:test';
import { startHttpProxy } from '../fakes/proxy/http-proxy.ts';
import type { Proxy } from '../fakes/proxy/proxy.ts';
import { startSocks5Proxy } from '../fakes/proxy/socks5-proxy.ts';
import { createAuthority, opensslMissing, type Authority } from './harness/authority.ts';
import { canaries } from './harness/canaries.ts';
import {
  dockerRegistryMissing,
  startDockerRegistry,
  type DockerRegistry,
  type DockerRegistryOptions,
} from './harness/docker-registry.ts';
import { goMissing, startPagingRegistry } from './harness/ociregd.ts';
import { tidemarkIn } from './harness/tidemark.ts';
import { startTokenServer } from './harness/token-server.ts';
import { createWorkspace, type Workspace } from './harness/workspace.ts';

const account = { username: 'robot', password: 'CANARY-reg-pw' };
const proxyUser = { name: 'me', password: 'CANARY-proxy-pw' };
/** A name that only a proxy leads anywhere. */
const named = 'registry.test';

interface Stage {
  readonly t: TestContext;
  readonly workspace: Workspace;
  readonly authority: Authority;
  /** A registry that anybody may read and write, over plain HTTP. */
  readonly open: DockerRegistry;
}

interface Scan {
  readonly image: string;
  /** More fields of the ImageRepository's spec, as YAML in one line: `secretRef: {name: x}`. */
  readonly spec?: string;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

async function setStage(t: TestContext): Promise<Stage> {
  const workspace = createWorkspace(t);
  const open = await startDockerRegistry(t, workspace);
  for (const tag of ['1.0.0', '1.1.0', '1.10.0']) await open.push('team/app', tag);
  return { t, workspace, open, authority: createAuthority(workspace, 'authority') };
}

/** The images of the stage, served in another way. */
function serve({ t, workspace, open }: Stage, options: DockerRegistryOptions): Promise<DockerRegistry> {
  return startDockerRegistry(t, workspace, { ...options, imagesOf: open });
}

function tlsOf({ authority }: Stage): NonNullable<DockerRegistryOptions['tls']> {
  return authority.issue('server', 'server', [named]);
}

/** What `tidemark run --once` says of one ImageRepository, in a state folder of its own; no secret may be seen anywhere in it. */
async function scan(
  { workspace }: Pick<Stage, 'workspace'>,
  { image, spec = '', secrets = {}, env = {}, flags = [] }: Scan,
) {
  const id = `scan-${scanned++}`;
  workspace.write(
    `${id}/objects/app.yaml`,
    `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: apps}
spec: {image: ${image}, interval: 1h, timeout: 20s${spec === '' ? '' : `, ${spec}`}}
`,
  );
  for (const [name, keys] of Object.entries(secrets))
    for (const [key, value] of Object.entries(keys))
      workspace.write(`${id}/secrets/apps/${name}/${key}`, value);
  workspace.makeFolder(`${id}/secrets`);
  const tidemark = tidemarkIn(workspace, { env });
  const where = ['-f', workspace.path(id, 'objects'), '--state', workspace.path(id, 'state')];
  const all = [...where, '--secrets', workspace.path(id, 'secrets'), '--log-level', 'debug', ...flags];
  const { code, stdout, stderr } = await tidemark.run('run', '--once', ...all);
  const planted = canaries([account.password, proxyUser.password, 'CANARY-wrong']);
  assert.deepEqual(planted.searchBytes('output', tidemark.transcript()), []);
  assert.deepEqual(planted.searchFolder(workspace.path(id, 'state')), []);
  return { code, line: stdout.trim(), stderr };
}
let scanned = 0;

const found = /^imagerepository\/app\.apps ready: successful scan: found 3 tags/;

async function succeeds(stage: Stage, what: Scan): Promise<void> {
  const { code, line, stderr } = await scan(stage, what);
  assert.match(line, found, stderr);
  assert.equal(code, 0);
}

async function fails(stage: Stage, what: Scan, says: RegExp): Promise<void> {
  const { code, line, stderr } = await scan(stage, what);
  assert.match(line, says, stderr);
  assert.match(line, /^imagerepository\/app\.apps not ready: scan failed: /);
  assert.equal(code, 1);
}

const pullSecret = (host: string, password = account.password) => ({
  '.dockerconfigjson': JSON.stringify({ auths: { [host]: { ...account, password } } }),
});

suite('a registry', { skip: dockerRegistryMissing() || opensslMissing() }, () => {
  test('with an authority of its own', async (t) => {
    const stage = await setStage(t);
    const { host } = await serve(stage, { tls: tlsOf(stage) });
    const image = `${host}/team/app`;
    const spec = 'certSecretRef: {name: cert}';
    await succeeds(stage, { image, spec, secrets: { cert: { 'ca.crt': stage.authority.ca } } });
    await fails(stage, { image }, /not trusted|unable to verify|self.signed/i);
    const { ca } = createAuthority(stage.workspace, 'another');
    await fails(stage, { image, spec, secrets: { cert: { 'ca.crt': ca } } }, /unable to verify|signature/i);
  });

  test('that wants client certificates names them when they are missing or not its own', async (t) => {
    const stage = await setStage(t);
    const { authority } = stage;
    const { host } = await serve(stage, { tls: { ...tlsOf(stage), clientCaFile: authority.caFile } });
    const image = `${host}/team/app`;
    const spec = 'certSecretRef: {name: cert}';
    const secretOf = ({ cert, key }: { readonly cert: string; readonly key: string }) => ({
      cert: { 'ca.crt': authority.ca, 'tls.crt': cert, 'tls.key': key },
    });
    await succeeds(stage, { image, spec, secrets: secretOf(authority.issue('client', 'client')) });
    await fails(
      stage,
      { image, spec, secrets: { cert: { 'ca.crt': authority.ca } } },
      /the server wants a client certificate, and none was given/,
    );
    const stranger = createAuthority(stage.workspace, 'another').issue('client', 'client');
    await fails(
      stage,
      { image, spec, secrets: secretOf(stranger) },
      /the server does not accept the client certificate/,
    );
  });

  test('with a password, in one Secret with the authority', async (t) => {
    const stage = await setStage(t);
    const { host } = await serve(stage, { ...account, tls: tlsOf(stage) });
    const image = `${host}/team/app`;
    const spec = 'secretRef: {name: both}, certSecretRef: {name: both}';
    const both = (password?: string) => ({
      both: { ...pullSecret(host, password), 'ca.crt': stage.authority.ca },
    });
    await succeeds(stage, { image, spec, secrets: both() });
    await fails(
      stage,
      { image, spec, secrets: both('CANARY-wrong') },
      new RegExp(`\\(401 Unauthorized\\); the credentials for ${host} were refused`),
    );
    const cert = { cert: { 'ca.crt': stage.authority.ca } };
    await fails(
      stage,
      { image, spec: 'certSecretRef: {name: cert}', secrets: cert },
      new RegExp(`no credentials for ${host} were given`),
    );
  });

  test('that sends to a token server', async (t) => {
    const stage = await setStage(t);
    const signer = stage.authority.issue('signer', 'server');
    const tokens = await startTokenServer(t, signer, account);
    const { host } = await serve(stage, { token: { realm: tokens.realm, signer } });
    const image = `${host}/team/app`;
    const spec = 'secretRef: {name: pull}';
    await succeeds(stage, { image, spec, secrets: { pull: pullSecret(host) } });
    assert.deepEqual(tokens.scopes, ['repository:team/app:pull']);
    await fails(
      stage,
      { image, spec, secrets: { pull: pullSecret(host, 'CANARY-wrong') } },
      new RegExp(`the credentials for ${host} were refused`),
    );
  });

  test('that the user has logged in to with docker, until that is not wanted', async (t) => {
    const stage = await setStage(t);
    const { host } = await serve(stage, account);
    const image = `${host}/team/app`;
    const docker = stage.workspace.makeFolder('home/.docker');
    stage.workspace.write('home/.docker/config.json', JSON.stringify({ auths: { [host]: account } }));
    await succeeds(stage, { image });
    await fails(
      stage,
      { image, flags: ['--no-ambient-credentials'] },
      new RegExp(`no credentials for ${host} were given`),
    );
    const helper = stage.workspace.write(
      'helpers/docker-credential-test',
      `#!/bin/sh\nread server\n[ "$server" = "${host}" ] || { echo 'credentials not found in native keychain'; exit 1; }\necho '{"ServerURL":"x","Username":"${account.username}","Secret":"${account.password}"}'\n`,
    );
    chmodSync(helper, 0o755);
    stage.workspace.write('config/config.json', JSON.stringify({ credsStore: 'test' }));
    const env = {
      DOCKER_CONFIG: stage.workspace.path('config'),
      PATH: `${stage.workspace.path('helpers')}:${process.env['PATH'] ?? ''}`,
    };
    await succeeds(stage, { image, env });
    assert.ok(docker);
  });
});

suite('a registry behind a proxy', { skip: dockerRegistryMissing() || opensslMissing() }, () => {
  const kinds = { 'an HTTP': startHttpProxy, 'a SOCKS5': startSocks5Proxy };
  for (const [kind, start] of Object.entries(kinds)) {
    test(`${kind} proxy with a user`, async (t) => {
      const stage = await setStage(t);
      const { host } = await serve(stage, { ...account, tls: tlsOf(stage) });
      const proxy: Proxy = await start({ user: proxyUser, hosts: { [named]: host }, onlyHosts: true });
      t.after(() => proxy.close());
      const image = `${named}/team/app`;
      const spec = 'secretRef: {name: all}, certSecretRef: {name: all}, proxySecretRef: {name: all}';
      const all = (password: string) => ({
        all: {
          ...pullSecret(named),
          'ca.crt': stage.authority.ca,
          address: proxy.url,
          username: proxyUser.name,
          password,
        },
      });
      await succeeds(stage, { image, spec, secrets: all(proxyUser.password) });
      assert.deepEqual([...new Set(proxy.asked)], [`${named}:443`]);
      await fails(stage, { image, spec, secrets: all('CANARY-wrong') }, /proxy/);
      assert.ok(proxy.turnedAway > 0);
    });
  }

  test('by HTTPS_PROXY, unless NO_PROXY names it', async (t) => {
    const stage = await setStage(t);
    const { host } = await serve(stage, { tls: tlsOf(stage) });
    const proxy = await startHttpProxy({ user: proxyUser, hosts: { [named]: host }, onlyHosts: true });
    t.after(() => proxy.close());
    const image = `${named}/team/app`;
    const spec = 'certSecretRef: {name: cert}';
    const secrets = { cert: { 'ca.crt': stage.authority.ca } };
    const env = { HTTPS_PROXY: proxy.urlWithUser };
    await succeeds(stage, { image, spec, secrets, env });
    const asked = proxy.asked.length;
    assert.ok(asked > 0);
    await fails(
      stage,
      { image, spec, secrets, env: { ...env, NO_PROXY: 'other.test,.test' } },
      /no such host|cannot be resolved/,
    );
    await succeeds(stage, { image: `${host}/team/app`, spec, secrets, env });
    assert.equal(proxy.asked.length, asked);
  });
});

test('a real registry that turns pages is read to the last one', { skip: goMissing() }, async (t) => {
  const workspace = createWorkspace(t);
  const registry = await startPagingRegistry(t, { pageSize: 7 });
  const tags = Array.from({ length: 50 }, (_, index) => `1.${index}.0`);
  for (const tag of tags) await registry.push('team/app', tag);
  const { line, stderr } = await scan({ workspace }, { image: `${registry.host}/team/app` });
  assert.match(line, /ready: successful scan: found 50 tags/, stderr);
});
