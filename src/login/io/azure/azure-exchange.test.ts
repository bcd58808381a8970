import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { selfSignedRsa } from '../../../../test/builders/certificate.ts';
import { accountIdentity, cloudExchanges } from '../../../../test/builders/cloud-stage.ts';
import { startHosts, startPlainHost } from '../../../../test/builders/host-stage.ts';
import { forever, hastyClock } from '../../../../test/builders/registry-client.ts';
import { FakeAcr } from '../../../../test/fakes/azure/fake-acr.ts';
import { FakeAzureMetadata } from '../../../../test/fakes/azure/fake-azure-metadata.ts';
import { FakeEntra, type FakeApplication } from '../../../../test/fakes/azure/fake-entra.ts';
import { TokenIssuer } from '../../../../test/fakes/tokens/token-issuer.ts';
import { refuseLinkLocal } from '../../../http/link-local.ts';
import { isTidemarkError, TidemarkError } from '../../../model/errors.ts';
import type { AccountIdentity, TimedLogin } from '../../ports.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const clientId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const secret = 'CANARY-azure-client-secret';
const host = 'shop.azurecr.io';
const image = `${host}/web`;
const devOps = '499b84ac-1321-427f-aa17-267ca6975798/.default';
const scopes = ['https://containerregistry.azure.net/.default', devOps];
const app = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientId };
const annotations = {
  'azure.workload.identity/tenant-id': tenant,
  'azure.workload.identity/client-id': clientId,
};

async function stage(t: TestContext, application: FakeApplication = { secret }) {
  const entra = new FakeEntra({ tenants: { [tenant]: { [clientId]: application }, other: {} }, scopes });
  const acr = new FakeAcr({ host, entra, tenant, pullers: [clientId] });
  const hosts = await startHosts(t, {
    'login.microsoftonline.com': entra.listener,
    'login.example.com': entra.listener,
    [host]: acr.listener,
  });
  const clock = hastyClock();
  const login = async (
    environment: Readonly<Record<string, string>>,
    account?: AccountIdentity,
  ): Promise<TimedLogin> => {
    const { azure } = cloudExchanges(t, environment, { clock });
    const identity = { provider: 'azure', route: hosts.route, ...(account && { account }) } as const;
    return azure.registry(image, identity, forever());
  };
  return { entra, acr, hosts, clock, login };
}

/** The text of a failed login, which shows nothing of what was sent. */
async function failure(attempt: Promise<unknown>, shown: readonly string[] = []): Promise<string> {
  const error: unknown = await attempt.then(
    () => assert.fail('a login'),
    (reason: unknown) => reason,
  );
  assert.ok(isTidemarkError(error, 'LoginFailed'), String(error));
  for (const canary of [secret, 'CANARY', 'eyJ', ...shown])
    assert.ok(!error.message.includes(canary), error.message);
  return error.message;
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-azure-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a client secret of the environment gives a login of the registry, good for as long as the registry says', async (t) => {
  const { login, acr, hosts } = await stage(t);
  const { login: shown, lifetimeMs } = await login({ ...app, AZURE_CLIENT_SECRET: secret });
  assert.deepEqual(shown, {
    type: 'basic',
    username: '00000000-0000-0000-0000-000000000000',
    password: acr.refreshToken,
  });
  assert.ok(Math.abs(lifetimeMs - 10_800_000) <= 1000, String(lifetimeMs));
  assert.equal(acr.calls[0]?.form.get('tenant'), tenant);
  assert.deepEqual(hosts.proxy.asked, ['login.microsoftonline.com:443', `${host}:443`]);
});

test("the life of a login is counted by the registry's clock, and not by one that is off", async (t) => {
  const { login, acr } = await stage(t);
  acr.faults.clockAheadMs = -40 * 60_000;
  const { lifetimeMs } = await login({ ...app, AZURE_CLIENT_SECRET: secret });
  assert.ok(Math.abs(lifetimeMs - 10_800_000) <= 1000, String(lifetimeMs));
});

test('a certificate of the environment signs an assertion that Entra takes', async (t) => {
  const path = join(folder(t), 'app.pem');
  const { cert: certificate, key } = selfSignedRsa();
  writeFileSync(path, `${key}${certificate}`);
  const { login, acr } = await stage(t, { certificate });
  const shown = await login({ ...app, AZURE_CLIENT_CERTIFICATE_PATH: path });
  assert.equal(shown.login.type === 'basic' && shown.login.password, acr.refreshToken);
  writeFileSync(path, key);
  const said = await failure(login({ ...app, AZURE_CLIENT_CERTIFICATE_PATH: path }));
  assert.match(said, /^AZURE_CLIENT_CERTIFICATE_PATH: .* holds no certificate in PEM form/);
});

test('workload identity of the environment shows the token in the file, and goes to the authority that is named', async (t) => {
  const issuer = new TokenIssuer();
  const { login, acr, hosts } = await stage(t, {
    federated: { issuer, subject: 'system:serviceaccount:flux-system:tidemark' },
  });
  const tokenFile = join(folder(t), 'token');
  writeFileSync(tokenFile, `${issuer.accountToken('api://AzureADTokenExchange', 'flux-system/tidemark')}\n`);
  const environment = {
    ...app,
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    AZURE_AUTHORITY_HOST: 'https://login.example.com/',
  };
  const shown = await login(environment);
  assert.equal(shown.login.type === 'basic' && shown.login.password, acr.refreshToken);
  assert.deepEqual(hosts.proxy.asked, ['login.example.com:443', `${host}:443`]);
  rmSync(tokenFile);
  assert.match(await failure(login(environment)), /^AZURE_FEDERATED_TOKEN_FILE: .*: there is no such file$/);
});

test('a service account is who its annotations say, by a token for Entra that the cluster signs', async (t) => {
  const issuer = new TokenIssuer();
  const { login, acr, entra } = await stage(t, {
    federated: { issuer, subject: 'system:serviceaccount:apps:web' },
  });
  const shown = await login({ ...app, AZURE_CLIENT_SECRET: secret }, accountIdentity(issuer, annotations));
  assert.equal(shown.login.type === 'basic' && shown.login.password, acr.refreshToken);
  assert.equal(entra.calls[0]?.form.get('client_secret'), null);
});

test('a service account whose token or annotations do not fit is told what to mend', async (t) => {
  const issuer = new TokenIssuer();
  const { login, entra } = await stage(t, {
    federated: { issuer, subject: 'system:serviceaccount:apps:other' },
  });
  const attempt = async (more: Readonly<Record<string, string>>, from = issuer): Promise<string> =>
    failure(login({}, accountIdentity(from, { ...annotations, ...more })));
  assert.match(
    await attempt({}),
    /AADSTS700213.*no federated credential.*system:serviceaccount:NAMESPACE:NAME/,
  );
  assert.match(await attempt({}, new TokenIssuer()), /AADSTS700211.*OIDC issuer/);
  assert.match(
    await attempt({ 'azure.workload.identity/tenant-id': '' }),
    /^azure tenant ID is not set in the service account annotation azure\.workload\.identity\/tenant-id of service account 'apps\/web'$/,
  );
  entra.calls.length = 0;
  for (const form of ['../x', 'a/b', '..', 'a b', 'a?b#c'])
    assert.match(
      await attempt({ 'azure.workload.identity/tenant-id': form }),
      /^invalid azure\.workload\.identity\/tenant-id annotation of service account 'apps\/web': '.*'\. must match/,
    );
  assert.equal(entra.calls.length, 0);
});

test('a token of a service account that has expired is named as that, and a clock that is off with by how much', async (t) => {
  const issuer = new TokenIssuer();
  const { login, entra } = await stage(t, {
    federated: { issuer, subject: 'system:serviceaccount:apps:web' },
  });
  assert.match(
    await failure(login({}, accountIdentity(issuer, annotations, -600))),
    /AADSTS700024.*the token of service account 'apps\/web' has expired or is not good yet/,
  );
  entra.faults.clockAheadMs = 3 * 3_600_000;
  assert.match(
    await failure(login({}, accountIdentity(issuer, annotations))),
    /AADSTS700024.*not good at this time; the clock of this machine is 3 h behind, by the Date of the answer/,
  );
});

test('a cluster that gives no token for the account is named', async (t) => {
  const { login } = await stage(t);
  const account = accountIdentity(new TokenIssuer(), annotations);
  const requestToken = async (): Promise<string> => {
    throw new TidemarkError('ClusterForbidden', 'the API server refuses it', { retryAfterMs: 5 });
  };
  await assert.rejects(login({}, { ...account, requestToken }), {
    code: 'LoginFailed',
    retryAfterMs: 5,
    message: "failed to create kubernetes token for service account 'apps/web': the API server refuses it",
  });
});

test('what Entra refuses is said by its code, with what to do, and without its own words', async (t) => {
  const wrong = await stage(t);
  const environment = { ...app, AZURE_CLIENT_SECRET: 'CANARY-wrong-secret' };
  assert.match(
    await failure(wrong.login(environment)),
    /^Microsoft Entra ID refused \(AADSTS7000215, 401\): the client secret is not one of application aaaaaaaa/,
  );
  assert.match(
    await failure(wrong.login({ ...environment, AZURE_TENANT_ID: 'nobody.example.com' })),
    /AADSTS90002.*there is no tenant 'nobody\.example\.com'/,
  );
  assert.match(
    await failure(wrong.login({ ...environment, AZURE_TENANT_ID: 'other' })),
    /AADSTS700016.*application aaaaaaaa-\S+ is not in tenant other/,
  );
  const expired = await stage(t, { secret, secretExpired: true });
  assert.match(
    await failure(expired.login({ ...app, AZURE_CLIENT_SECRET: secret })),
    /AADSTS7000222.*has expired; make a new one/,
  );
});

test('a registry of another tenant, or without the role, says so', async (t) => {
  const entra = new FakeEntra({ tenants: { [tenant]: { [clientId]: { secret } } }, scopes });
  const acr = new FakeAcr({ host, entra, tenant: 'another', pullers: [clientId] });
  const hosts = await startHosts(t, { 'login.microsoftonline.com': entra.listener, [host]: acr.listener });
  const { azure } = cloudExchanges(t, { ...app, AZURE_CLIENT_SECRET: secret });
  const attempt = azure.registry(image, { provider: 'azure', route: hosts.route }, forever());
  assert.match(
    await failure(attempt),
    /^the registry shop\.azurecr\.io refused \(401\): .*AcrPull.*same tenant/,
  );
});

test('a throttled exchange waits as long as it is asked to, and says when to come back if that is too long', async (t) => {
  const { login, entra, clock } = await stage(t);
  entra.faults.throttled = { times: 2, retryAfter: '7' };
  await login({ ...app, AZURE_CLIENT_SECRET: secret });
  assert.deepEqual(clock.naps, [7000, 7000]);
  entra.faults.throttled = { times: 9, retryAfter: '120' };
  const before = entra.faults.throttled.times;
  await assert.rejects(login({ ...app, AZURE_CLIENT_SECRET: secret }), {
    code: 'LoginFailed',
    retryAfterMs: 120_000,
    message: 'Microsoft Entra ID limits requests (429); it asks to wait 120 s',
  });
  assert.equal(entra.faults.throttled.times, before - 1);
});

test('a place that asked for a long pause is not asked again in it, by whichever identity', async (t) => {
  const { entra, hosts } = await stage(t);
  const { azure } = cloudExchanges(t, { ...app, AZURE_CLIENT_SECRET: secret });
  entra.faults.throttled = { times: 1, retryAfter: '120' };
  const attempt = (): Promise<unknown> =>
    azure.registry(image, { provider: 'azure', route: hosts.route }, forever());
  await assert.rejects(attempt(), /429/);
  await assert.rejects(
    attempt(),
    /^TidemarkError: Microsoft Entra ID limits requests; it asks to wait 1[12]\d s$/,
  );
  assert.equal(entra.calls.length, 0);
});

test('a machine gives the token of its managed identity, asked directly and by the client id that is named', async (t) => {
  const { entra, acr, hosts, login } = await stage(t);
  const metadata = new FakeAzureMetadata({ entra, tenant, clientIds: ['system', clientId] });
  const place = await startPlainHost(t, metadata.listener);
  const environment = { AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://${place}` };
  const shown = await login({ ...environment, AZURE_CLIENT_ID: clientId });
  assert.equal(shown.login.type === 'basic' && shown.login.password, acr.refreshToken);
  assert.equal(metadata.calls[0]?.url.searchParams.get('resource'), 'https://containerregistry.azure.net');
  assert.deepEqual(hosts.proxy.asked, [`${host}:443`]);
  assert.match(await failure(login(environment)), /AcrPull/);
  assert.match(
    await failure(login({ ...environment, AZURE_CLIENT_ID: 'unknown', PATH: '/nowhere' })),
    /^this machine has no identity for Azure: .*knows no identity with client id unknown \(AZURE_CLIENT_ID\) \(400\).*az is not installed$/,
  );
});

test('an app of App Service asks at its own endpoint with its header', async (t) => {
  const { entra, acr, login } = await stage(t);
  const header = 'CANARY-identity-header';
  const metadata = new FakeAzureMetadata({ entra, tenant, clientIds: [clientId], header });
  const place = await startPlainHost(t, metadata.listener);
  const environment = { IDENTITY_ENDPOINT: `http://${place}/msi/token`, IDENTITY_HEADER: header };
  const shown = await login(environment);
  assert.equal(shown.login.type === 'basic' && shown.login.password, acr.refreshToken);
  const wrong = { ...environment, IDENTITY_HEADER: 'CANARY-wrong' };
  assert.match(await failure(login(wrong)), /refused \(403\)/);
  assert.match(
    await failure(login({ IDENTITY_ENDPOINT: 'http://x', IMDS_ENDPOINT: 'http://y' })),
    /Azure Arc is not supported/,
  );
});

test('a machine without any identity says what was looked for', async (t) => {
  const { login } = await stage(t);
  const environment = { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:1', PATH: '/nowhere' };
  assert.equal(
    await failure(login(environment)),
    'this machine has no identity for Azure: AZURE_CLIENT_ID and AZURE_TENANT_ID with AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE are not set; 127.0.0.1:1 does not answer (connection refused); az is not installed',
  );
});

test('Azure DevOps gets a bearer token for its own scope, at any https:// URL', async (t) => {
  const { entra, hosts } = await stage(t);
  const { azure } = cloudExchanges(t, { ...app, AZURE_CLIENT_SECRET: secret });
  const identity = { provider: 'azure', route: hosts.route } as const;
  const url = 'https://dev.azure.com/org/project/_git/fleet';
  const { login, lifetimeMs } = (await azure.git?.(url, identity, forever())) ?? assert.fail();
  assert.ok(login.type === 'bearer' && entra.issued.has(login.token));
  assert.equal(lifetimeMs, 3_599_000);
  assert.equal(entra.calls[0]?.form.get('scope'), devOps);
  const ssh = azure.git?.('ssh://git@ssh.dev.azure.com/v3/org/project/fleet', identity, forever());
  assert.match(await failure(ssh ?? assert.fail()), /needs the https:\/\/ URL/);
});

test("where objects are other people's, the CA that one brings does not make it a reader of exchanges", async (t) => {
  const { hosts, entra } = await stage(t);
  const { azure } = cloudExchanges(t, { ...app, AZURE_CLIENT_SECRET: secret }, { refuse: refuseLinkLocal });
  const identity = { provider: 'azure', route: hosts.route } as const;
  assert.match(
    await failure(azure.registry(image, identity, forever())),
    /^Microsoft Entra ID \(login\.microsoftonline\.com\) cannot be reached: .*certificate/,
  );
  assert.equal(entra.calls.length, 0);
  const proxied = { ...identity, route: { proxy: 'http://169.254.169.254:80' } };
  assert.match(await failure(azure.registry(image, proxied, forever())), /link-local/);
});

test('an exchange that the object has no time for ends with the object, and says who did not answer', async (t) => {
  const hosts = await startHosts(t, { 'login.microsoftonline.com': () => undefined });
  const { azure } = cloudExchanges(t, { ...app, AZURE_CLIENT_SECRET: secret });
  const limit = new AbortController();
  const attempt = azure.registry(image, { provider: 'azure', route: hosts.route }, limit.signal);
  limit.abort(new DOMException('time is up', 'TimeoutError'));
  assert.equal(await failure(attempt), 'Microsoft Entra ID: no answer within the time limit');
});
