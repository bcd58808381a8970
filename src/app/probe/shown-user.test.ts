import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shownUser } from './shown-user.ts';

test('a user is shown by name, and a token in its place is not', () => {
  for (const name of ['robot', 'AWS', '_json_key', 'x-access-token', 'robot$team+puller', 'me@example.com']) {
    assert.equal(shownUser(name), `user '${name}'`);
  }
  assert.equal(
    shownUser('00000000-0000-0000-0000-000000000000'),
    "user '00000000-0000-0000-0000-000000000000'",
  );
  for (const token of [
    `ghp_${'a1'.repeat(18)}`,
    'glpat-abc',
    '0123456789abcdef0123456789abcdef01234567',
    'x'.repeat(80),
  ]) {
    assert.equal(shownUser(token), 'a user name that looks like a token');
  }
});
