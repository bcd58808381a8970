import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { codeCommitLogin, parseCodeCommitUrl } from './codecommit.ts';

const now = new Date('2026-02-03T04:05:06.789Z');

test('the password is a signature of the address, with the time in front; the user name carries the session', () => {
  const repository = parseCodeCommitUrl('https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet');
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'a/b+c==' };
  // Step by step as the documentation of Signature Version 4 has it.
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const canonical = 'GIT\n/v1/repos/fleet\n\nhost:git-codecommit.eu-west-1.amazonaws.com\n\nhost\n';
  const hash = createHash('sha256').update(canonical).digest('hex');
  const text = `AWS4-HMAC-SHA256\n20260203T040506\n20260203/eu-west-1/codecommit/aws4_request\n${hash}`;
  const key = hmac(hmac(hmac(hmac('AWS4secret', '20260203'), 'eu-west-1'), 'codecommit'), 'aws4_request');
  assert.deepEqual(codeCommitLogin(repository, credentials, now), {
    type: 'basic',
    username: 'AKID%a/b+c==',
    password: `20260203T040506Z${hmac(key, text).toString('hex')}`,
  });
  const lasting = codeCommitLogin(repository, { accessKeyId: 'AKID', secretAccessKey: 'secret' }, now);
  assert.ok(lasting.type === 'basic' && lasting.username === 'AKID');
});

test('region and domain come from the host, of FIPS and VPC endpoints too', () => {
  const regionOf = (host: string): string => {
    const { region, suffix } = parseCodeCommitUrl(`https://${host}/v1/repos/x`);
    return `${region} ${suffix}`;
  };
  assert.equal(regionOf('git-codecommit.us-east-1.amazonaws.com'), 'us-east-1 amazonaws.com');
  assert.equal(regionOf('git-codecommit-fips.us-gov-west-1.amazonaws.com'), 'us-gov-west-1 amazonaws.com');
  assert.equal(regionOf('git-codecommit.cn-north-1.amazonaws.com.cn'), 'cn-north-1 amazonaws.com.cn');
  assert.equal(
    regionOf('vpce-0ab1-x.git-codecommit.us-east-1.vpce.amazonaws.com'),
    'us-east-1 amazonaws.com',
  );
});

test('other hosts and other schemes get no login', () => {
  for (const url of [
    'https://github.com/a/b',
    'https://git-codecommit.us-east-1.amazonaws.com.example.com/v1/repos/x',
    'git-codecommit',
  ])
    assert.throws(() => parseCodeCommitUrl(url), { code: 'LoginFailed', message: /must be git-codecommit/ });
  for (const scheme of ['http', 'ssh'])
    assert.throws(() => parseCodeCommitUrl(`${scheme}://git-codecommit.us-east-1.amazonaws.com/v1/repos/x`), {
      code: 'LoginFailed',
      message: /for https:\/\/ alone/,
    });
});
