import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acrHost } from './acr-host.ts';
import { authorityOf, registryScope } from './azure-cloud.ts';
import { parseAzureEnvironment } from './environment-file.ts';

const pattern = String.raw`^.+\.(azurecr\.io|azurecr\.cn|azurecr\.de|azurecr\.us)$`;

test("registries of all clouds of Azure are known by their names, and others refused with Flux's words", () => {
  for (const host of ['foo.azurecr.io', 'a.b.azurecr.cn', 'foo.azurecr.de', 'foo.azurecr.us'])
    assert.equal(acrHost(`${host}/app`, undefined), host);
  for (const [image, host] of [
    ['azurecr.io/app', 'azurecr.io'],
    ['foo.azurecr.com/app', 'foo.azurecr.com'],
    ['foo.azurecr.io.evil.example/app', 'foo.azurecr.io.evil.example'],
    ['foo.azurecr.io:8443/app', 'foo.azurecr.io:8443'],
    ['app', 'index.docker.io'],
  ] as const)
    assert.throws(() => acrHost(image, undefined), {
      code: 'LoginFailed',
      message: `invalid Azure registry: '${host}'. must match ${pattern}`,
    });
});

test("a cloud of one's own adds a suffix, which counts at a dot only", () => {
  const cloud = parseAzureEnvironment('{"containerRegistryDNSSuffix": "azurecr.private"}', 'f');
  assert.equal(acrHost('foo.azurecr.private/app', cloud), 'foo.azurecr.private');
  assert.equal(acrHost('foo.azurecr.io/app', cloud), 'foo.azurecr.io');
  for (const host of ['evilazurecr.private', 'foo.azurecr.pr'])
    assert.throws(() => acrHost(`${host}/app`, cloud), {
      message: `invalid Azure registry: '${host}'. must end with azurecr.private`,
    });
  assert.throws(() => acrHost('foo.azurecr.private/app', {}), /has no containerRegistryDNSSuffix/);
});

test("the scope is the same in all clouds, and the manager's in a cloud of one's own", () => {
  assert.equal(registryScope(undefined), 'https://containerregistry.azure.net/.default');
  const text = '{"resourceManagerEndpoint": "https://management.core.private/", "other": 1}';
  assert.equal(registryScope(parseAzureEnvironment(text, 'f')), 'https://management.core.private//.default');
  assert.equal(registryScope({ tokenAudience: 'https://audience' }), 'https://audience/.default');
  assert.throws(() => registryScope({}), /names no resourceManagerEndpoint/);
});

test('the authority is the one of the environment, of the file, or of the cloud that the registry is in', () => {
  const cloud = { activeDirectoryEndpoint: 'https://login.private/' };
  assert.equal(authorityOf({}, {}), 'https://login.microsoftonline.com');
  assert.equal(authorityOf({}, { registry: 'a.azurecr.io' }), 'https://login.microsoftonline.com');
  assert.equal(authorityOf({}, { registry: 'a.azurecr.cn' }), 'https://login.chinacloudapi.cn');
  assert.equal(authorityOf({}, { registry: 'a.azurecr.us' }), 'https://login.microsoftonline.us');
  assert.equal(authorityOf({}, { cloud, registry: 'a.azurecr.us' }), 'https://login.private');
  const named = { AZURE_AUTHORITY_HOST: 'https://login.example.com/' };
  assert.equal(authorityOf(named, { cloud }), 'https://login.example.com');
  assert.throws(() => authorityOf({ AZURE_AUTHORITY_HOST: 'http://plain' }, {}), /begins with https/);
});

test('a file of a cloud that cannot be read says so, with its path', () => {
  assert.throws(() => parseAzureEnvironment('{', '/etc/azure.json'), {
    message: 'AZURE_ENVIRONMENT_FILEPATH: /etc/azure.json is not JSON',
  });
  assert.throws(
    () => parseAzureEnvironment('{"tokenAudience": 1}', '/etc/azure.json'),
    /endpoints are strings/,
  );
});
