import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEcrRegistry } from './ecr-registry.ts';
import { ecrEndpoint, stsEndpoint } from './endpoints.ts';

const account = '012345678901';

/** Region, API of ECR and STS endpoint by host. */
const hosts: Readonly<Record<string, readonly [region: string, ecr: string, sts: string]>> = {
  [`${account}.dkr.ecr.us-east-1.amazonaws.com`]: [
    'us-east-1',
    'api.ecr.us-east-1.amazonaws.com',
    'sts.us-east-1.amazonaws.com',
  ],
  [`${account}.dkr.ecr.us-east-1.amazonaws.com:443`]: [
    'us-east-1',
    'api.ecr.us-east-1.amazonaws.com',
    'sts.us-east-1.amazonaws.com',
  ],
  [`${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`]: [
    'cn-north-1',
    'api.ecr.cn-north-1.amazonaws.com.cn',
    'sts.cn-north-1.amazonaws.com.cn',
  ],
  [`${account}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`]: [
    'us-gov-west-1',
    'ecr-fips.us-gov-west-1.amazonaws.com',
    'sts.us-gov-west-1.amazonaws.com',
  ],
  [`${account}.dkr.ecr.eusc-de-east-1.amazonaws.eu`]: [
    'eusc-de-east-1',
    'api.ecr.eusc-de-east-1.amazonaws.eu',
    'sts.eusc-de-east-1.amazonaws.eu',
  ],
  [`${account}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`]: [
    'us-isob-east-1',
    'api.ecr.us-isob-east-1.sc2s.sgov.gov',
    'sts.us-isob-east-1.sc2s.sgov.gov',
  ],
  [`${account}.dkr.ecr.us-iso-east-1.c2s.ic.gov`]: [
    'us-iso-east-1',
    'api.ecr.us-iso-east-1.c2s.ic.gov',
    'sts.us-iso-east-1.c2s.ic.gov',
  ],
  [`${account}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`]: [
    'eu-isoe-west-1',
    'api.ecr.eu-isoe-west-1.cloud.adc-e.uk',
    'sts.eu-isoe-west-1.cloud.adc-e.uk',
  ],
  [`${account}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`]: [
    'us-isof-south-1',
    'api.ecr.us-isof-south-1.csp.hci.ic.gov',
    'sts.us-isof-south-1.csp.hci.ic.gov',
  ],
  [`${account}.dkr-ecr.eu-west-1.on.aws`]: ['eu-west-1', 'ecr.eu-west-1.api.aws', 'sts.eu-west-1.api.aws'],
  [`${account}.dkr-ecr-fips.us-west-2.on.aws`]: [
    'us-west-2',
    'ecr-fips.us-west-2.api.aws',
    'sts.us-west-2.api.aws',
  ],
  'public.ecr.aws': ['us-east-1', 'api.ecr-public.us-east-1.amazonaws.com', 'sts.us-east-1.amazonaws.com'],
};

test('region and endpoints come from the host, in every partition', () => {
  for (const [host, [region, ecr, sts]] of Object.entries(hosts)) {
    const registry = parseEcrRegistry(host);
    assert.equal(registry.region, region, host);
    assert.equal(ecrEndpoint(registry, {}).href, `https://${ecr}/`);
    assert.equal(stsEndpoint(registry, {}).href, `https://${sts}/`);
  }
});

test('other hosts are refused in the words of Flux', () => {
  for (const host of ['gcr.io', 'public.ecr.aws.example.com', 'dkr.ecr.us-east-1.example.com', '']) {
    assert.throws(() => parseEcrRegistry(host), {
      code: 'LoginFailed',
      message: String.raw`invalid AWS registry: '${host}'. must match ([0-9+]*).dkr[.-]ecr(?:-fips)?\.([^/.]*)\.(amazonaws\.com[.cn]*|amazonaws\.eu|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|on\.aws)`,
    });
  }
});

test('a host that only begins like one of AWS is shown no login', () => {
  const begin = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
  for (const host of [`${begin}.example.com`, `${begin}.cc`, `${begin}n`, `${begin}:443.example.com`])
    assert.throws(() => parseEcrRegistry(host), { code: 'LoginFailed', message: /none: its name must end/ });
});

test('the environment names other endpoints, for one service or for all, unless it is to be ignored', () => {
  const registry = parseEcrRegistry(`${account}.dkr.ecr.us-east-1.amazonaws.com`);
  const all = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const one = {
    ...all,
    AWS_ENDPOINT_URL_ECR: 'http://127.0.0.1:2',
    AWS_ENDPOINT_URL_ECR_PUBLIC: 'http://127.0.0.1:3',
  };
  assert.equal(ecrEndpoint(registry, all).port, '1');
  assert.equal(ecrEndpoint(registry, one).port, '2');
  assert.equal(ecrEndpoint(parseEcrRegistry('public.ecr.aws'), one).port, '3');
  assert.equal(stsEndpoint(registry, one).port, '1');
  const ignored = { ...one, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
  assert.equal(ecrEndpoint(registry, ignored).host, 'api.ecr.us-east-1.amazonaws.com');
  assert.equal(ecrEndpoint(registry, { AWS_ENDPOINT_URL: '' }).host, 'api.ecr.us-east-1.amazonaws.com');
});
