import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TidemarkError } from '../../model/errors.ts';
import { parseImageName } from '../../model/image-ref.ts';
import type { PullSecret } from './docker-config.ts';
import { emptyKeychain, findCredential, keychainFromSecrets } from './keychain.ts';

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const account = (password: string) => ({ username: 'u', password });

function pullSecret(
  content: unknown,
  { name = 'pull', type = 'kubernetes.io/dockerconfigjson' } = {},
): PullSecret {
  const key = type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson';
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return { metadata: { namespace: 'apps', name }, type, data: { [key]: base64(text) } };
}

/** Which password, if any, an image receives from a config whose entries have their own key as password. */
function chosen(image: string, ...keys: readonly string[]): string | undefined {
  const auths = Object.fromEntries(keys.map((key) => [key, account(key)]));
  const basic = findCredential(keychainFromSecrets([pullSecret({ auths })]), parseImageName(image))?.basic;
  return basic && Buffer.from(basic, 'base64').toString().replace('u:', '');
}

test('an entry is chosen by host, port and beginning of the path', () => {
  const cases: readonly [image: string, keys: readonly string[], expected: string | undefined][] = [
    ['ghcr.io/org/app', ['ghcr.io'], 'ghcr.io'],
    ['ghcr.io/org/app', ['https://ghcr.io'], 'https://ghcr.io'],
    ['ghcr.io/org/app', ['http://ghcr.io/v2/'], 'http://ghcr.io/v2/'],
    ['ghcr.io/org/app', ['ghcr.io/'], 'ghcr.io/'],
    ['ghcr.io/org/app', ['quay.io'], undefined],
    ['ghcr.io/org/app', ['ghcr.io', 'ghcr.io/org', 'ghcr.io/other'], 'ghcr.io/org'],
    ['ghcr.io/org/app', ['ghcr.io/org/app/more'], undefined],
    ['ghcr.io/organisation/app', ['ghcr.io/org'], 'ghcr.io/org'],
    ['localhost:5000/app', ['localhost:5000'], 'localhost:5000'],
    ['localhost:5000/app', ['localhost', 'localhost:5001'], undefined],
    ['ghcr.io/org/app', ['ghcr.io:443'], undefined],
    ['a.example.com/app', ['*.example.com'], '*.example.com'],
    ['a.b.example.com/app', ['*.example.com'], undefined],
    ['a.example.com/app', ['*.com'], undefined],
    ['eu-west.registry.example/app', ['eu-*.reg*ry.example'], 'eu-*.reg*ry.example'],
    ['eu-west.registry.example/app', ['us-*.registry.example'], undefined],
    ['[::1]:5000/app', ['[::1]:5000'], '[::1]:5000'],
    ['alpine', ['https://index.docker.io/v1/'], 'https://index.docker.io/v1/'],
    ['alpine', ['index.docker.io'], 'index.docker.io'],
    ['org/app', ['index.docker.io/library'], undefined],
    ['ghcr.io/org/app', ['user@ghcr.io/org?x#y'], 'user@ghcr.io/org?x#y'],
    ['ghcr.io/org/app', [''], undefined],
  ];
  for (const [image, keys, expected] of cases)
    assert.equal(chosen(image, ...keys), expected, `${image} ${keys.join()}`);
});

test('helpers that a config names are not run, and nothing is read from files', () => {
  const helpers = { credsStore: 'desktop', credHelpers: { 'ghcr.io': 'ecr-login' } };
  const access = keychainFromSecrets([pullSecret({ ...helpers, auths: { 'ghcr.io': {} } })]);
  assert.deepEqual(findCredential(access, parseImageName('ghcr.io/org/app')) ?? {}, {});
});

test('a docker.io key serves Docker Hub, which Flux refuses', () => {
  assert.equal(chosen('alpine', 'docker.io'), 'docker.io');
  assert.equal(chosen('docker.io/org/app', 'https://docker.io/v1/'), 'https://docker.io/v1/');
  assert.equal(chosen('org/app', 'docker.io/other', 'docker.io/org'), 'docker.io/org');
});

test('many stars in a key cost no time', () => {
  assert.equal(chosen(`${'a'.repeat(60)}.example/app`, `${'*a'.repeat(30)}*b.example`), undefined);
});

test('auth, username and password, and tokens are read from both types of pull secret', () => {
  const image = parseImageName('r.example/app');
  const read = (entry: object) => [
    findCredential(keychainFromSecrets([pullSecret({ auths: { 'r.example': entry } })]), image),
    findCredential(
      keychainFromSecrets([pullSecret({ 'r.example': entry }, { type: 'kubernetes.io/dockercfg' })]),
      image,
    ),
  ];
  const cases: readonly [entry: object, expected: object][] = [
    [{ username: 'u', password: 'p:w' }, { basic: base64('u:p:w') }],
    [{ auth: base64('u:p:w') }, { basic: base64('u:p:w') }],
    [{ auth: base64('u:pass').replace(/=+$/, '') }, { basic: base64('u:pass') }],
    [{ auth: `${base64('u:p').slice(0, 4)}\n${base64('u:p').slice(4)}` }, { basic: base64('u:p') }],
    [{ auth: base64('u:p'), username: 'x', password: 'y' }, { basic: base64('u:p') }],
    [
      { auth: base64(Buffer.from([117, 58, 0xff, 0xfe])) },
      { basic: base64(Buffer.from([117, 58, 0xff, 0xfe])) },
    ],
    [{ username: 'ü', password: 'ö' }, { basic: base64('ü:ö') }],
    [{ auth: base64('<token>:'), identitytoken: 'refresh' }, { identityToken: 'refresh' }],
    [{ registrytoken: 'bearer' }, { registryToken: 'bearer' }],
    [{ Username: 'u', PASSWORD: 'p' }, { basic: base64('u:p') }],
    [{ username: 'u' }, {}],
    [{ email: 'someone@example.com' }, {}],
  ];
  for (const [entry, expected] of cases) {
    for (const credential of read(entry)) assert.deepEqual(credential, expected, JSON.stringify(entry));
  }
});

test('of the same key in two secrets the first secret wins, and both are searched', () => {
  const keychain = keychainFromSecrets([
    pullSecret({ auths: { 'r.example': account('first') } }),
    pullSecret({ auths: { 'r.example': account('second'), 'r.example/org': account('org') } }),
  ]);
  const basic = (image: string) => findCredential(keychain, parseImageName(image))?.basic;
  assert.equal(basic('r.example/app'), base64('u:first'));
  assert.equal(basic('r.example/org/app'), base64('u:org'));
});

test('other types of Secret, an absent key and an empty config have no entries', () => {
  const image = parseImageName('r.example/app');
  const content = { auths: { 'r.example': account('p') } };
  const opaque = { ...pullSecret(content), type: 'Opaque' };
  const keyless = { ...pullSecret(content), data: {} };
  for (const secret of [opaque, keyless, pullSecret(''), pullSecret({}), pullSecret({ auths: null })]) {
    assert.equal(findCredential(keychainFromSecrets([secret]), image), undefined);
  }
  assert.equal(findCredential(emptyKeychain, image), undefined);
});

test('a malformed docker config names the secret and the key and nothing of its content', () => {
  const where = "secret 'apps/pull': key '.dockerconfigjson'";
  const canary = 'CANARY-secret';
  const cases: readonly [content: unknown, message: string][] = [
    [`{"auths": ${canary}`, `${where} is not a JSON object`],
    [`"${canary}"`, `${where} is not a JSON object`],
    [[canary], `${where} is not a JSON object`],
    [{ auths: [canary] }, `${where} has 'auths' that is not a JSON object`],
    [{ auths: { [canary]: canary } }, `${where} has entry 1 that is not a JSON object`],
    [
      { auths: { a: {}, [canary]: { username: [canary] } } },
      `${where} has entry 2 with 'username' that is not a string`,
    ],
    [{ auths: { a: { auth: `${canary}!` } } }, `${where} has entry 1 with 'auth' that is not base64`],
    [{ auths: { a: { auth: 'YWJjZ' } } }, `${where} has entry 1 with 'auth' that is not base64`],
    [
      { auths: { a: { auth: base64(canary) } } },
      `${where} has entry 1 with 'auth' that is not base64 of username:password`,
    ],
  ];
  for (const [content, message] of cases) {
    const expected = new TidemarkError('CredentialsInvalid', message);
    assert.throws(() => keychainFromSecrets([pullSecret(content)]), expected);
  }
});
