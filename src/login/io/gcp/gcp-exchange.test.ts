import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { accountIdentity, cloudExchanges } from '../../../../test/builders/cloud-stage.ts';
import { startHosts, startPlainHost } from '../../../../test/builders/host-stage.ts';
import { forever, hastyClock } from '../../../../test/builders/registry-client.ts';
import { FakeGoogle, type FakeGoogleOptions } from '../../../../test/fakes/gcp/fake-google.ts';
import { FakeMetadataServer } from '../../../../test/fakes/gcp/fake-metadata-server.ts';
import { TokenIssuer } from '../../../../test/fakes/tokens/token-issuer.ts';
import { refuseLinkLocal } from '../../../http/link-local.ts';
import { isTidemarkError } from '../../../model/errors.ts';
import type { AccountIdentity, TimedLogin } from '../../ports.ts';

const email = 'puller@project.iam.gserviceaccount.com';
const image = 'europe-docker.pkg.dev/project/repo/web';
const user = { clientId: 'gcloud', clientSecret: 'CANARY-user-secret', refreshToken: 'CANARY-refresh' };
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const issuer = new TokenIssuer();
const provider = 'projects/7/locations/global/workloadIdentityPools/pool/providers/cluster';
const poolAudience = `//iam.googleapis.com/${provider}`;
const subject = 'system:serviceaccount:apps:web';
const key = {
  type: 'service_account',
  client_email: email,
  private_key_id: 'key-1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};
const login = {
  type: 'authorized_user',
  client_id: user.clientId,
  client_secret: user.clientSecret,
  refresh_token: user.refreshToken,
};

async function stage(t: TestContext, options: FakeGoogleOptions = {}) {
  const google = new FakeGoogle({
    keys: { [email]: { id: 'key-1', publicKey } },
    user,
    providers: { [poolAudience]: { issuer, tokenAudience: poolAudience } },
    impersonators: { [email]: [subject, 'user', 'pod'] },
    ...options,
  });
  const names = ['oauth2.googleapis.com', 'sts.googleapis.com', 'iamcredentials.googleapis.com'];
  const hosts = await startHosts(t, Object.fromEntries(names.map((name) => [name, google.listener])));
  const home = mkdtempSync(join(tmpdir(), 'tidemark-gcp-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const write = (name: string, content: object | string): string => {
    const path = join(home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const clock = hastyClock();
  const nowhere = { HOME: home, GCE_METADATA_HOST: '127.0.0.1:1' };
  const ask = async (
    environment: Readonly<Record<string, string>>,
    account?: AccountIdentity,
  ): Promise<TimedLogin> => {
    const { gcp } = cloudExchanges(t, { ...nowhere, ...environment }, { clock });
    const identity = { provider: 'gcp', route: hosts.route, ...(account && { account }) } as const;
    return gcp.registry(image, identity, forever());
  };
  const withFile = (content: object): Promise<TimedLogin> =>
    ask({ GOOGLE_APPLICATION_CREDENTIALS: write('adc.json', content) });
  return { google, hosts, write, ask, withFile, clock };
}

async function failure(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(
    () => assert.fail('a login'),
    (reason: unknown) => reason,
  );
  assert.ok(isTidemarkError(error, 'LoginFailed'), String(error));
  for (const canary of ['CANARY', 'eyJ', 'PRIVATE KEY', 'ya29'])
    assert.ok(!error.message.includes(canary), error.message);
  return error.message;
}

/** The login is what Google gave last, for the account or person `who`. */
function assertLogin(google: FakeGoogle, timed: TimedLogin, who: string): void {
  const password = google.registryToken;
  assert.deepEqual(timed.login, { type: 'basic', username: 'oauth2accesstoken', password });
  assert.equal(google.issued.get(password)?.subject, who);
}

test('the key of a service account signs an assertion that Google takes', async (t) => {
  const { google, hosts, withFile } = await stage(t);
  const timed = await withFile(key);
  assertLogin(google, timed, email);
  assert.equal(timed.lifetimeMs, 3_599_000);
  assert.deepEqual(hosts.proxy.asked, ['oauth2.googleapis.com:443']);
});

test('the login of gcloud serves where it lies by itself, and where CLOUDSDK_CONFIG says', async (t) => {
  const { google, write, ask } = await stage(t);
  const path = write('.config/gcloud/application_default_credentials.json', login);
  assertLogin(google, await ask({}), 'user');
  rmSync(path);
  const elsewhere = write('sdk/application_default_credentials.json', login);
  assertLogin(google, await ask({ CLOUDSDK_CONFIG: dirname(elsewhere) }), 'user');
});

test('a login of gcloud may impersonate a service account', async (t) => {
  const { google, withFile } = await stage(t);
  const timed = await withFile({
    type: 'impersonated_service_account',
    source_credentials: login,
    service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
  });
  assertLogin(google, timed, email);
  assert.ok(Math.abs(timed.lifetimeMs - 3_600_000) <= 2000, String(timed.lifetimeMs));
});

test('workload identity federation takes the token of a file or of a URL, as text or in JSON', async (t) => {
  const { google, write, withFile } = await stage(t);
  const token = issuer.accountToken(poolAudience, 'apps/web');
  const account = {
    type: 'external_account',
    audience: poolAudience,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: 'https://sts.googleapis.com/v1/token',
  };
  const file = write('token', `${token}\n`);
  assertLogin(google, await withFile({ ...account, credential_source: { file } }), subject);
  const place = await startPlainHost(t, ({ headers }, response) => {
    response.writeHead(headers['x-mine'] === 'yes' ? 200 : 403).end(JSON.stringify({ value: token }));
  });
  const source = {
    url: `http://${place}/token`,
    headers: { 'x-mine': 'yes' },
    format: { type: 'json', subject_token_field_name: 'value' },
  };
  const url = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;
  const impersonating = { ...account, credential_source: source, service_account_impersonation_url: url };
  assertLogin(google, await withFile(impersonating), email);
  const wrong = { ...account, credential_source: { ...source, headers: {} } };
  assert.match(
    await failure(withFile(wrong)),
    /credential_source of .*adc\.json: 127\.0\.0\.1:\d+ refused \(403\)$/,
  );
  const absent = { ...account, credential_source: { file: '/nowhere/token' } };
  assert.match(
    await failure(withFile(absent)),
    /credential_source of .*: \/nowhere\/token: there is no such file$/,
  );
});

test('a machine of Google Cloud gives the token of its service account, asked directly', async (t) => {
  const { google, hosts, ask } = await stage(t);
  const server = new FakeMetadataServer({ google, email });
  const place = await startPlainHost(t, server.listener);
  assertLogin(google, await ask({ GCE_METADATA_HOST: place }), email);
  assert.deepEqual(hosts.proxy.asked, []);
});

test('a machine without any identity says what was looked for', async (t) => {
  const { google, ask } = await stage(t);
  assert.match(
    await failure(ask({})),
    /^this machine has no identity for Google Cloud: GOOGLE_APPLICATION_CREDENTIALS is not set; there is no \/.*\/\.config\/gcloud\/application_default_credentials\.json \(gcloud auth application-default login writes it\); 127\.0\.0\.1:1 does not answer \(connection refused\)$/,
  );
  const bare = await startPlainHost(t, new FakeMetadataServer({ google }).listener);
  assert.match(
    await failure(ask({ GCE_METADATA_HOST: bare })),
    /knows no service account \(404\); attach one/,
  );
  const other = await startPlainHost(t, new FakeMetadataServer({ google, email, isGoogle: false }).listener);
  assert.match(
    await failure(ask({ GCE_METADATA_HOST: other })),
    /what answers at \S+ is no metadata server of Google Cloud$/,
  );
  assert.match(
    await failure(ask({ GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/adc.json' })),
    /^GOOGLE_APPLICATION_CREDENTIALS: \/nowhere\/adc\.json: there is no such file$/,
  );
});

test('a service account is taken by the provider that its annotation names, with and without impersonation', async (t) => {
  const { google, hosts, ask } = await stage(t);
  const annotations = { 'gcp.auth.fluxcd.io/workload-identity-provider': provider };
  assertLogin(google, await ask({}, accountIdentity(issuer, annotations)), subject);
  assert.deepEqual(hosts.proxy.asked, ['sts.googleapis.com:443']);
  const named = { ...annotations, 'iam.gke.io/gcp-service-account': email };
  assertLogin(google, await ask({}, accountIdentity(issuer, named)), email);
});

test("a service account of GKE is one of the cluster's own pool, which the metadata server names", async (t) => {
  const place = 'https://container.googleapis.com/v1/projects/shop/locations/europe-west1/clusters/main';
  const audience = `identitynamespace:shop.svc.id.goog:${place}`;
  const providers = { [audience]: { issuer, tokenAudience: 'shop.svc.id.goog' } };
  const { google, ask } = await stage(t, { providers });
  const cluster = { project: 'shop', location: 'europe-west1', name: 'main' };
  const metadata = await startPlainHost(t, new FakeMetadataServer({ google, cluster }).listener);
  assertLogin(google, await ask({ GCE_METADATA_HOST: metadata }, accountIdentity(issuer, {})), subject);
  const named = accountIdentity(issuer, { 'iam.gke.io/gcp-service-account': email });
  assertLogin(google, await ask({ GCE_METADATA_HOST: metadata }, named), email);
  assert.match(
    await failure(ask({}, accountIdentity(issuer, {}))),
    /^failed to get GKE cluster project ID from the metadata service: .*name the provider in the annotation gcp\.auth\.fluxcd\.io/,
  );
});

test('what Google refuses is said by its words for it, with what to do', async (t) => {
  const { ask, withFile } = await stage(t, { impersonators: { [email]: ['nobody'] } });
  const ended = { ...login, refresh_token: 'CANARY-old' };
  assert.match(
    await failure(withFile(ended)),
    /^Google refused \(invalid_grant, 400\): the login in .*adc\.json has ended; run gcloud auth application-default login$/,
  );
  const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const deleted = { ...key, private_key: other.export({ type: 'pkcs8', format: 'pem' }) };
  assert.match(
    await failure(withFile(deleted)),
    /invalid_grant, 400\): the key of puller@\S+ in .* make a new key$/,
  );
  assert.match(await failure(withFile({ ...key, private_key: 'CANARY' })), /private_key is no RSA key/);
  const pool = { 'gcp.auth.fluxcd.io/workload-identity-provider': provider };
  const named = { ...pool, 'iam.gke.io/gcp-service-account': email };
  assert.match(
    await failure(ask({}, accountIdentity(issuer, named))),
    /^the impersonation of puller@\S+ refused \(PERMISSION_DENIED, 403\): service account 'apps\/web' may not impersonate .*roles\/iam\.workloadIdentityUser/,
  );
  const unknown = { ...pool, 'iam.gke.io/gcp-service-account': 'gone@project.iam.gserviceaccount.com' };
  assert.match(
    await failure(ask({}, accountIdentity(issuer, unknown))),
    /NOT_FOUND, 404\): there is no service account gone@/,
  );
  const elsewhere = { 'gcp.auth.fluxcd.io/workload-identity-provider': provider.replace('/7/', '/8/') };
  assert.match(
    await failure(ask({}, accountIdentity(issuer, elsewhere))),
    /invalid_target, 400\): there is no enabled workload identity provider/,
  );
  assert.match(
    await failure(ask({}, accountIdentity(issuer, pool, -60))),
    /invalid_grant, 400\): service account 'apps\/web' is not taken/,
  );
});

test('a clock that is off is named with by how much', async (t) => {
  const { google, withFile } = await stage(t);
  google.faults.clockAheadMs = 2 * 3_600_000;
  assert.match(
    await failure(withFile(key)),
    /invalid_grant.*; the clock of this machine is 2 h behind, by the Date of the answer; set it right/,
  );
});

test('a throttled exchange waits as long as it is asked to, and says when to come back if that is too long', async (t) => {
  const { google, withFile, clock } = await stage(t);
  google.faults.throttled = { times: 1, retryAfter: '4' };
  await withFile(key);
  assert.deepEqual(clock.naps, [4000]);
  google.faults.throttled = { times: 9, status: 503, retryAfter: '600' };
  await assert.rejects(withFile(key), {
    code: 'LoginFailed',
    retryAfterMs: 600_000,
    message: 'Google is busy or broken (503); it asks to wait 600 s',
  });
});

test('what a credentials file of this program names is asked although it is link-local, and what an object names is not', async (t) => {
  const { hosts, google } = await stage(t);
  const { gcp } = cloudExchanges(
    t,
    {
      HOME: '/nowhere',
      GCE_METADATA_HOST: await startPlainHost(t, new FakeMetadataServer({ google, email }).listener),
    },
    { refuse: () => 'everything is refused' },
  );
  const own = await gcp.registry(image, { provider: 'gcp', route: {} }, forever());
  assertLogin(google, own, email);
  const pool = { 'gcp.auth.fluxcd.io/workload-identity-provider': provider };
  const identity = { provider: 'gcp', account: accountIdentity(issuer, pool), route: hosts.route } as const;
  assert.match(await failure(gcp.registry(image, identity, forever())), /everything is refused/);
  const guarded = cloudExchanges(t, { HOME: '/nowhere' }, { refuse: refuseLinkLocal }).gcp;
  const proxied = { ...identity, route: { proxy: 'http://metadata.google.internal' } };
  assert.match(
    await failure(guarded.registry(image, proxied, forever())),
    /link-local or the metadata service/,
  );
});
