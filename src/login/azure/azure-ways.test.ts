import assert from 'node:assert/strict';
import { test } from 'node:test';
import { azureWays } from './azure-ways.ts';

const app = { AZURE_TENANT_ID: 'home', AZURE_CLIENT_ID: 'me' };
const federated = { AZURE_FEDERATED_TOKEN_FILE: '/token' };
const secret = { AZURE_CLIENT_SECRET: 'secret' };
const certificate = { AZURE_CLIENT_CERTIFICATE_PATH: '/app.pem' };

function types(environment: Readonly<Record<string, string>>, developerLogins = true): readonly string[] {
  return azureWays(environment, developerLogins).map(({ type }) => type);
}

test("the ways are taken in the order of Azure's own libraries", () => {
  assert.deepEqual(types({ ...app, ...federated, ...certificate, ...secret }), ['secret']);
  assert.deepEqual(types({ ...app, ...federated, ...certificate }), ['certificate']);
  assert.deepEqual(types({ ...app, ...federated }), ['workload']);
  assert.deepEqual(types(app), ['machine', 'az']);
  assert.deepEqual(types({ ...app, IDENTITY_ENDPOINT: 'http://x', IDENTITY_HEADER: 'y' }), [
    'app-service',
    'az',
  ]);
});

test('half of what a way needs is none of it, and a developer serves only where one is', () => {
  assert.deepEqual(types({ ...secret, AZURE_CLIENT_ID: 'me' }), ['machine', 'az']);
  assert.deepEqual(types(federated, false), ['machine']);
  assert.deepEqual(azureWays({}, false), [
    { type: 'machine', origin: 'http://169.254.169.254', clientId: undefined },
  ]);
});

test('a tenant that is no tenant never gets into a URL', () => {
  assert.throws(() => azureWays({ ...app, ...secret, AZURE_TENANT_ID: '../common' }, false), {
    code: 'LoginFailed',
    message: 'AZURE_TENANT_ID must be the id or a domain of a tenant',
  });
});
