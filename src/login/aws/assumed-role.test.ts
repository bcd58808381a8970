import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assumeRoleForm, readAssumedRole } from './assumed-role.ts';
import { readXml } from './read-xml.ts';

const answer = `<?xml version="1.0"?>
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:apps:web</SubjectFromWebIdentityToken>
    <Credentials>
      <AccessKeyId>ASIA1</AccessKeyId>
      <SecretAccessKey>a+b/c&amp;&#100;&#x65;</SecretAccessKey>
      <SessionToken>token==</SessionToken>
      <Expiration>2026-01-01T00:00:00Z</Expiration>
    </Credentials>
    <Empty/>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;

test('the credentials of a role are read from the place where they belong', () => {
  assert.deepEqual(readAssumedRole(answer), {
    accessKeyId: 'ASIA1',
    secretAccessKey: 'a+b/c&de',
    sessionToken: 'token==',
  });
});

test('an answer that is cut off, malformed or something else gives none, and shows nothing', () => {
  for (const body of [
    '',
    '{}',
    answer.slice(0, -10),
    answer.replace('<SessionToken>', '<Other>').replace('</SessionToken>', '</Other>'),
    answer.replace('<Credentials>', '<Wrong>').replace('</Credentials>', '</Wrong>'),
    answer.replace('&amp;', '&secret;'),
    answer.replace('<?xml version="1.0"?>', '<!DOCTYPE x [<!ENTITY e "v">]>'),
    answer + answer,
  ])
    assert.throws(() => readAssumedRole(body), { code: 'LoginFailed', message: 'STS gave no credentials' });
});

test('XML in which the same name comes twice counts once, and an element in a comment is none', () => {
  assert.deepEqual([...(readXml('<a><b>1</b><b>2</b></a>') ?? [])], [['b', '1']]);
  assert.equal(readXml('<a><!-- <b>1</b> --></a>'), undefined);
  assert.equal(readXml('text'), undefined);
  assert.equal(readXml(`<a>${'x'.repeat(300_000)}</a>`), undefined);
});

test('the form carries role, session and token', () => {
  const form = new URLSearchParams(assumeRoleForm({ role: 'arn:x', session: 's', token: 't+/=' }));
  assert.deepEqual(Object.fromEntries(form), {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:x',
    RoleSessionName: 's',
    WebIdentityToken: 't+/=',
  });
});
