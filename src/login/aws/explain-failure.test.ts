import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAwsFailure, type AwsAnswer } from './aws-failure.ts';
import { explainFailure } from './explain-failure.ts';

const now = new Date('2026-01-01T12:00:00Z');
const question = {
  action: 'ecr:GetAuthorizationToken',
  host: 'api.ecr.us-east-1.amazonaws.com',
  who: 'the AWS identity of this process',
  grant: 'allow it in a policy',
};
const trusted = { ...question, trust: 'check the OIDC provider' };

function json(code: string, message = 'Words.', headers: AwsAnswer['headers'] = {}): AwsAnswer {
  return { status: 400, headers, body: JSON.stringify({ __type: `com.amazon#${code}`, message }) };
}

function xml(code: string): AwsAnswer {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>Words.</Message></Error></ErrorResponse>`;
  return { status: 403, headers: {}, body };
}

function told(answer: AwsAnswer, asked = question, secrets: readonly string[] = []): string {
  return explainFailure(readAwsFailure(answer, now), asked, secrets);
}

test('a failure says who may not do what, in AWS’s words too, and what to check', () => {
  assert.equal(
    told(json('AccessDeniedException')),
    'api.ecr.us-east-1.amazonaws.com does not allow ecr:GetAuthorizationToken to the AWS identity of this process (AccessDeniedException: Words.); allow it in a policy',
  );
  assert.match(told(json('UnrecognizedClientException')), /does not know the access key .* is active/);
  assert.match(
    told(json('ExpiredTokenException')),
    /credentials of the AWS identity .* have ended .* sso login/,
  );
  assert.match(told(json('ThrottlingException')), /asks for fewer requests .* tried again/);
  assert.match(told(xml('AccessDenied')), /does not allow .*\(AccessDenied: Words\.\)/);
  for (const code of ['InvalidIdentityToken', 'ExpiredTokenException'])
    assert.match(told(xml(code), trusted), /does not take the token of .*; check the OIDC provider$/);
  assert.match(
    told({ status: 502, headers: {}, body: '<html>' }),
    /failed to do .*\(status 502\); it is tried again/,
  );
  assert.match(
    told(json('x', '', { 'x-amzn-errortype': 'ServerException:http://y' })),
    /\(ServerException\)/,
  );
});

test('a clock that is off is named, with how far', () => {
  const at = (date: string): AwsAnswer => json('InvalidSignatureException', 'Signature expired.', { date });
  assert.match(
    told(at('Thu, 01 Jan 2026 12:17:00 GMT')),
    /does not take the signature .*; the clock of this machine is 17 min behind that of AWS: set it$/,
  );
  assert.match(told(at('Thu, 01 Jan 2026 02:00:00 GMT')), /is 10 h ahead of that of AWS/);
  assert.match(told(at('Thu, 01 Jan 2026 12:00:30 GMT')), /check the secret access key$/);
});

test('what AWS repeats of a request is not shown', () => {
  const canonical = 'The Canonical String should have been x-amz-security-token:SECRETTOKEN';
  assert.doesNotMatch(told(json('SignatureDoesNotMatch', canonical)), /SECRETTOKEN/);
  assert.match(told(json('Other', 'a SECRETTOKEN b'), question, ['SECRETTOKEN']), /a \*\*\* b/);
  assert.doesNotMatch(told(json('Other', 'one\ntwo\u001b[0m')), /\p{Cc}/u);
});
