/** A company's network: Git over TLS with an authority of its own, only through a proxy with a password, and every commit signed. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { makeCertificates } from '../../src/pipeline/publish/io/testing/certificates.ts';
import { gnupgMissing, startGnupg } from '../../src/pipeline/publish/io/testing/gnupg.ts';
import { startGitServer } from '../fakes/git-server/git-server.ts';
import { startHttpProxy } from '../fakes/proxy/http-proxy.ts';
import { startRegistry } from '../fakes/registry/start-registry.ts';
import { canaries } from './harness/canaries.ts';
import { serviceObjects } from './harness/service-objects.ts';
import { tidemarkIn } from './harness/tidemark.ts';
import { createWorkspace } from './harness/workspace.ts';

const account = { name: 'git', password: 'CANARY-git-pw' };
const proxyUser = { name: 'me', password: 'CANARY-proxy-pw' };
const passphrase = 'CANARY-passphrase';

test(
  'a commit is signed and reaches a server that only the proxy knows, with nothing secret left behind',
  {
    skip: gnupgMissing(),
  },
  async (t: TestContext) => {
    const workspace = createWorkspace(t);
    const certificates = makeCertificates(workspace.root);
    if (certificates === undefined) return t.skip('there is no openssl here to make certificates with');
    const { registry, host, close } = await startRegistry();
    t.after(close);
    registry.push('web', '1.1.0');
    const users = { [account.name]: { password: account.password } };
    const git = await startGitServer({ root: workspace.makeFolder('git'), tls: certificates.server, users });
    t.after(() => git.close());
    const fleet = git.createRepository('fleet.git', {
      files: { 'app.yaml': `image: ${host}/web:1.0.0 # {"$imagepolicy": "apps:web"}\n` },
    });
    const hosts = { 'git.test': new URL(git.url).host };
    const proxy = await startHttpProxy({ user: proxyUser, hosts, onlyHosts: true });
    t.after(() => proxy.close());

    workspace.write('objects/web.yaml', objectsFor(`${host}/web`));
    const secret = (name: string, values: Readonly<Record<string, string>>): void => {
      for (const [key, text] of Object.entries(values)) workspace.write(`secrets/apps/${name}/${key}`, text);
    };
    secret('git', { username: account.name, password: account.password });
    secret('proxy', { address: proxy.url, username: proxyUser.name, password: proxyUser.password });
    const tidemark = tidemarkIn(workspace, { env: { AWS_CA_BUNDLE: workspace.path('ca.crt') } });
    const where = ['-f', workspace.path('objects'), '--state', workspace.path('state')];
    const secrets = ['--secrets', workspace.path('secrets')];

    const rehearsed = await tidemark.run('run', ...where, ...secrets, '--once', '--dry-run');
    assert.match(
      rehearsed.stdout,
      /^\+image: .*\/web:1\.1\.0 /m,
      'what would be pushed is shown without any key',
    );
    const unsigned = await tidemark.run('run', ...where, ...secrets, '--once');
    assert.equal(unsigned.code, 1);
    assert.match(
      `${unsigned.stdout}${unsigned.stderr}`,
      /could not find signing key secret 'key': secrets "key" not found/,
    );
    assert.equal(fleet.log().length, 1);

    const gpg = startGnupg(t);
    const id = gpg.generate({ algorithm: 'ed25519', passphrase });
    const key = gpg.exportSecret(id, { passphrase });
    secret('key', { 'git.asc': key, passphrase });
    const signed = await tidemark.run('run', ...where, ...secrets, '--once', '--log-level', 'debug');
    assert.equal(signed.code, 0, signed.stderr);
    assert.equal(gpg.verifyCommit(fleet), id);
    assert.match(fleet.read('app.yaml').toString(), /web:1\.1\.0 /);
    assert.deepEqual([...proxy.counts.keys()], ['git.test'], 'nobody else was asked for');
    assert.equal(proxy.turnedAway, 0);

    const keyLines = key.split('\n').filter((line) => line.length >= 60);
    const planted = canaries([account.password, proxyUser.password, passphrase, ...keyLines]);
    assert.deepEqual(planted.searchBytes('output', tidemark.transcript()), []);
    for (const folder of ['state', 'tmp', 'home', 'git'])
      assert.deepEqual(planted.searchFolder(workspace.path(folder)), []);
  },
);

function objectsFor(image: string): string {
  return serviceObjects({
    image,
    url: 'https://git.test/fleet.git',
    scans: '1h',
    runs: '1h',
    source: '  secretRef: {name: git}\n  proxySecretRef: {name: proxy}\n',
    commit: '{author: {name: Bot, email: bot@example.com}, signingKey: {secretRef: {name: key}}}',
  });
}
