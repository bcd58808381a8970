import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { secret } from '../../../test/builders/secret.ts';
import { githubAppFromSecret, holdsGithubApp } from './app-from-secret.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const usual = { githubAppID: '12345', githubAppPrivateKey: privateKey, githubAppInstallationOwner: 'acme' };

test('a Secret as Flux writes it is read', () => {
  assert.deepEqual(githubAppFromSecret(secret('app', usual)), {
    appId: '12345',
    privateKey: privateKey.trim(),
    installation: { owner: 'acme' },
  });
  const { githubAppInstallationOwner: _, ...rest } = usual;
  const byNumber = {
    ...rest,
    githubAppInstallationID: '678',
    githubAppBaseURL: 'https://ghe.example.com/api/v3',
  };
  assert.deepEqual(githubAppFromSecret(secret('app', byNumber)), {
    appId: '12345',
    privateKey: privateKey.trim(),
    installation: { id: '678' },
    baseUrl: 'https://ghe.example.com/api/v3',
  });
});

test('line breaks at the end of values, which files have, do no harm', () => {
  const values = Object.fromEntries(Object.entries(usual).map(([key, value]) => [key, `${value}\n`]));
  assert.deepEqual(githubAppFromSecret(secret('app', values)), githubAppFromSecret(secret('app', usual)));
});

test('without the number or the key of the app it is the Secret of no app', () => {
  assert.ok(holdsGithubApp(secret('app', usual)));
  assert.ok(!holdsGithubApp(secret('app', { githubAppID: '1' })));
  assert.ok(!holdsGithubApp(secret('app', { githubAppPrivateKey: privateKey })));
  assert.ok(!holdsGithubApp(secret('app', { username: 'u', password: 'p' })));
});

const exactlyOne =
  "secret 'apps/app' must contain exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'";
const cannot = 'failed to configure authentication options: ';
const must = 'must be provided to use github app authentication: ';
const ec = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const locked = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const noKey = "could not parse private key: key 'githubAppPrivateKey' ";

for (const [title, values, told] of [
  ['owner and number', { githubAppInstallationID: '1' }, exactlyOne],
  ['neither', { githubAppInstallationOwner: undefined }, exactlyOne],
  [
    'an empty owner',
    { githubAppInstallationOwner: '' },
    `${cannot}app installation owner or ID ${must}key 'githubAppInstallationOwner' is empty`,
  ],
  [
    'an installation that is no number',
    { githubAppInstallationOwner: undefined, githubAppInstallationID: 'x' },
    `${cannot}app installation owner or ID ${must}key 'githubAppInstallationID' holds no number`,
  ],
  ['a client ID', { githubAppID: 'Iv23liABC' }, `${cannot}app ID ${must}key 'githubAppID' holds no number`],
  ['no key', { githubAppPrivateKey: '' }, `${cannot}private key ${must}key 'githubAppPrivateKey' is empty`],
  [
    'a public key',
    { githubAppPrivateKey: publicKey },
    `${cannot}${noKey}holds a public key; it must be the .pem`,
  ],
  [
    'a certificate',
    { githubAppPrivateKey: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
    `${cannot}${noKey}holds a certificate;`,
  ],
  [
    'an OpenSSH key',
    { githubAppPrivateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----' },
    `${cannot}${noKey}holds an OpenSSH key;`,
  ],
  ['a key of another type', { githubAppPrivateKey: ec }, `${cannot}${noKey}holds a key of type ec, not RSA;`],
  ['a locked key', { githubAppPrivateKey: locked }, `${cannot}${noKey}is protected by a passphrase;`],
  ['garbage', { githubAppPrivateKey: 'CANARY' }, `${cannot}${noKey}holds no PEM text;`],
  [
    'half a key',
    { githubAppPrivateKey: `${privateKey.slice(0, 400)}\n-----END RSA PRIVATE KEY-----` },
    `${cannot}${noKey}is damaged;`,
  ],
  [
    'an address that is none',
    { githubAppBaseURL: 'ghe.example.com' },
    `${cannot}invalid API URL: key 'githubAppBaseURL' holds no https:// address`,
  ],
  [
    'an address with a password',
    { githubAppBaseURL: 'https://u:CANARY@ghe.example.com/' },
    `${cannot}invalid API URL: key 'githubAppBaseURL' must be host and path alone`,
  ],
] as const) {
  test(`told by name: ${title}`, () => {
    const all: Record<string, string | undefined> = { ...usual, ...values };
    const given = Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    assert.throws(
      () => githubAppFromSecret(secret('app', given)),
      ({ code, message }: { code: string; message: string }) => {
        assert.equal(code, 'CredentialsInvalid');
        assert.ok(message.startsWith(told), message);
        assert.match(message, /'apps\/app'/);
        assert.doesNotMatch(message, /CANARY|MII/);
        return true;
      },
    );
  });
}
