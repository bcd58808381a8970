import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGcpCredentials } from './credentials-file.ts';

const external = {
  type: 'external_account',
  audience: '//iam.googleapis.com/x',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
};

function said(value: unknown): string {
  try {
    parseGcpCredentials(typeof value === 'string' ? value : JSON.stringify(value), '/adc.json');
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

test('an executable is never run, and other sources that do not serve are named', () => {
  const from = (source: object): string => said({ ...external, credential_source: source });
  assert.equal(from({ file: '/token' }), 'nothing');
  assert.match(
    from({ executable: { command: '/bin/CANARY' } }),
    /type 'executable', which is never run; use 'file' or 'url'$/,
  );
  assert.match(from({ environment_id: 'aws1', url: 'http://x' }), /for 'aws1', which is not supported/);
  assert.match(from({ certificate: {} }), /type 'certificate', which is not supported/);
  assert.match(from({}), /neither 'file' nor 'url'$/);
});

test('keys that are missing are named, and nothing of what the file holds is shown', () => {
  assert.match(said('CANARY'), /^TidemarkError: \/adc\.json is not JSON$/);
  assert.match(
    said({ type: 'CANARY' }),
    /no credentials of a type that is supported \(service_account, authorized_user,/,
  );
  const user = { type: 'authorized_user', client_secret: 'CANARY', refresh_token: 1 };
  assert.match(
    said(user),
    /of type authorized_user, and these keys are missing or wrong: client_id, refresh_token$/,
  );
  const plain = {
    type: 'service_account',
    client_email: 'a',
    private_key: 'CANARY',
    token_uri: 'http://plain',
  };
  assert.match(said(plain), /wrong: token_uri$/);
  for (const value of ['CANARY', { type: 'CANARY' }, user, plain]) assert.doesNotMatch(said(value), /CANARY/);
});
