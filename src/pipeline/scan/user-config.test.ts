import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseImageName } from '../../model/image-ref.ts';
import type { UserConfig } from './user-config.ts';
import { parseUserConfig, userLogin } from './user-config.ts';

function read(config: object): UserConfig {
  const parsed = parseUserConfig(JSON.stringify(config));
  if (typeof parsed === 'string') assert.fail(parsed);
  return parsed;
}

const login = (config: object, image: string) => userLogin(read(config), parseImageName(image));
const auth = Buffer.from('me:CANARY-pw').toString('base64');

test('an entry serves the registry that it is for, and no other', () => {
  const config = { auths: { 'r.example': { auth }, 'https://index.docker.io/v1/': { auth } } };
  assert.deepEqual(login(config, 'r.example/app'), { kind: 'entry', credential: { basic: auth } });
  assert.deepEqual(login(config, 'alpine'), { kind: 'entry', credential: { basic: auth } });
  assert.equal(login(config, 'r.example.evil.example/app'), undefined);
  assert.equal(login(config, 'r.example:5000/app'), undefined);
});

test('a helper is asked about its registry, and the one of all about the others', () => {
  const config = {
    credsStore: 'desktop',
    credHelpers: { 'r.example': 'own', 'docker.io': 'hub', 'https://old.example/v1/': 'old' },
    auths: { 'empty.example': {}, 'written.example': { auth } },
  };
  const helper = (name: string, server: string) => ({ kind: 'helper', helper: name, server });
  assert.deepEqual(login(config, 'r.example/app'), helper('own', 'r.example'));
  assert.deepEqual(login(config, 'old.example/app'), helper('old', 'old.example'));
  assert.deepEqual(login(config, 'alpine'), helper('hub', 'https://index.docker.io/v1/'));
  assert.deepEqual(login(config, 'r.example:5000/app'), helper('desktop', 'r.example:5000'));
  // docker leaves an empty entry beside what it has put into a helper.
  assert.deepEqual(login(config, 'empty.example/app'), helper('desktop', 'empty.example'));
  assert.deepEqual(login(config, 'written.example/app'), { kind: 'entry', credential: { basic: auth } });
});

test('a configuration without credentials has none, and unknown keys are passed over', () => {
  assert.equal(login({ detachKeys: 'ctrl-x', credsStore: '' }, 'r.example/app'), undefined);
  assert.equal(login({ auths: { 'r.example': {} } }, 'r.example/app'), undefined);
});

test('what is wrong with a configuration is said without quoting it', () => {
  const cases: Readonly<Record<string, string>> = {
    '{"auths": CANARY': 'is not JSON',
    '["CANARY"]': 'is not a JSON object',
    '{"auths": "CANARY"}': "has 'auths' that is not a JSON object",
    '{"auths": {"a": {"auth": "CANARY!"}}}': "has entry 1 with 'auth' that is not base64",
    '{"auths": {"a": {"auth": 7}}}': "has entry 1 with 'auth' that is not a string",
    '{"credHelpers": "CANARY"}': "has 'credHelpers' that is not a JSON object",
  };
  for (const [text, problem] of Object.entries(cases)) assert.equal(parseUserConfig(text), problem);
});
