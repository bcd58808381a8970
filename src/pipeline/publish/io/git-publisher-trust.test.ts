import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startHttpProxy } from '../../../../test/fakes/proxy/http-proxy.ts';
import { Trust } from '../../../http/trust.ts';
import { makeCertificates, type Certificates } from './testing/certificates.ts';
import { setPublishStage, setTag, type PublishStage } from './testing/publish-stage.ts';

interface World {
  readonly stage: PublishStage;
  readonly certificates: Certificates;
  /** The authority of the server, in a file. */
  readonly file: string;
  /** Another publisher, in an environment like this. */
  within(environment: Readonly<Record<string, string>>): PublishStage;
}

async function setWorld(t: TestContext): Promise<World | undefined> {
  const outer = await setPublishStage(t);
  const certificates = makeCertificates(outer.root);
  if (certificates === undefined) {
    t.skip('there is no openssl here to make certificates with');
    return undefined;
  }
  const stage = await setPublishStage(t, { tls: certificates.server });
  return {
    stage,
    certificates,
    file: join(outer.root, 'ca.crt'),
    within: (more) => {
      const environment = { PATH: process.env['PATH'], ...more };
      return stage.restart({ environment, trust: new Trust(environment) });
    },
  };
}

const strange = { code: 'GitUnreachable', message: /certificate/i };

test('git trusts the authorities that the environment names, and keeps its connection', async (t) => {
  const world = await setWorld(t);
  if (world === undefined) return;
  const { file, within, stage } = world;
  await assert.rejects(within({}).publish(), strange);
  for (const [index, variable] of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'AWS_CA_BUNDLE'].entries()) {
    const { publish } = within({ [variable]: file });
    assert.equal((await publish({ draft: setTag(`${index}.0`) })).outcome, 'pushed');
  }
  assert.deepEqual(readdirSync(join(stage.mirrors, 'home')), ['authorities.pem']);
  const bundle = readFileSync(join(stage.mirrors, 'home', 'authorities.pem'), 'utf8');
  assert.ok(bundle.includes(readFileSync(file, 'utf8').trim()));
  assert.ok(bundle.length > 100_000, 'the usual authorities still count');
});

test('the authority of an object is added to those of the environment', async (t) => {
  const world = await setWorld(t);
  if (world === undefined) return;
  const { file, within, stage, certificates } = world;
  const other = makeCertificates(mkdtempSync(join(stage.root, 'other-')))?.ca ?? '';
  const otherFile = join(stage.root, 'other.crt');
  writeFileSync(otherFile, other);
  const url = stage.server.urlOf('fleet.git');
  const withCa = (ca: string) => ({ remote: { url, timeoutMs: 30_000, tls: { ca } } });
  const ours = { AWS_CA_BUNDLE: file };
  assert.equal((await within(ours).publish({ ...withCa(other), draft: setTag('2') })).outcome, 'pushed');
  const theirs = { AWS_CA_BUNDLE: otherFile };
  await assert.rejects(within(theirs).publish(), strange);
  assert.equal(
    (await within(theirs).publish({ ...withCa(certificates.ca), draft: setTag('3') })).outcome,
    'pushed',
  );
});

test('what the environment says to git itself does not count', async (t) => {
  const world = await setWorld(t);
  if (world === undefined) return;
  const { file, within } = world;
  const misleading = {
    GIT_SSL_CAINFO: '/nowhere',
    GIT_SSL_CAPATH: '/nowhere',
    GIT_PROXY_SSL_CAINFO: '/nowhere',
    CURL_CA_BUNDLE: '/nowhere',
  };
  assert.equal((await within({ SSL_CERT_FILE: file, ...misleading }).publish()).outcome, 'pushed');
  await assert.rejects(within({ GIT_SSL_NO_VERIFY: 'true' }).publish(), strange);
  await assert.rejects(within({ GIT_SSL_CAINFO: file }).publish(), strange);
});

test('a proxy that speaks TLS is trusted by the same authorities', async (t) => {
  const world = await setWorld(t);
  if (world === undefined) return;
  const { file, within, stage, certificates } = world;
  const proxy = await startHttpProxy({
    tls: certificates.server,
    user: { name: 'me', password: 'pw' },
    hosts: { 'git.test': new URL(stage.server.url).host },
    onlyHosts: true,
  });
  t.after(() => proxy.close());
  assert.match(proxy.url, /^https:/);
  const remote = { url: 'https://git.test/fleet.git', proxy: proxy.urlWithUser, timeoutMs: 30_000 };
  await assert.rejects(within({}).publish({ remote }), strange);
  assert.equal((await within({ SSL_CERT_FILE: file }).publish({ remote })).outcome, 'pushed');
  assert.deepEqual([...proxy.counts.keys()], ['git.test']);
});
