import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configEnvironment, gitEnvironment } from './git-config.ts';

test('configuration is numbered into the environment', () => {
  assert.deepEqual(
    configEnvironment([
      ['a.b', '1'],
      ['c', ''],
    ]),
    {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'a.b',
      GIT_CONFIG_VALUE_0: '1',
      GIT_CONFIG_KEY_1: 'c',
      GIT_CONFIG_VALUE_1: '',
    },
  );
});

test('of our environment only the way to programs and certificates is passed on', () => {
  const ours = {
    PATH: '/bin',
    HOME: '/me',
    SSL_CERT_FILE: '/ca',
    GIT_DIR: '/x',
    https_proxy: 'p',
    LD_PRELOAD: 'x',
    NODE_OPTIONS: 'x',
  };
  const environment = gitEnvironment(ours, { home: '/state/home', ceiling: '/state' });
  assert.equal(environment['HOME'], '/state/home');
  assert.deepEqual(
    Object.keys(environment)
      .filter((name) => !name.startsWith('GIT_'))
      .sort(),
    ['HOME', 'LANG', 'LC_ALL', 'PATH', 'SSL_CERT_FILE'],
  );
  assert.equal(environment['GIT_DIR'], undefined);
});
