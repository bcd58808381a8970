import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkGarHost } from './gar-host.ts';
import { gcpAccount } from './gcp-account.ts';

const pattern = String.raw`^(((.+\.)?gcr\.io)|(.+-docker\.pkg\.dev)|(docker\.s3nsregistry\.fr))$`;

test("registries of Google Cloud are known by their names, and others refused with Flux's words", () => {
  for (const host of ['gcr.io', 'eu.gcr.io', 'europe-docker.pkg.dev', 'docker.s3nsregistry.fr'])
    assert.doesNotThrow(() => checkGarHost(`${host}/project/app`));
  for (const host of ['docker.pkg.dev', 'gcr.io.evil.example', 'evilgcr.io', 'gcr.io:8443', 'ghcr.io'])
    assert.throws(() => checkGarHost(`${host}/project/app`), {
      code: 'LoginFailed',
      message: `invalid GCP registry: '${host}'. must match ${pattern}`,
    });
});

test("annotations are both optional, and refused with Flux's words when they have another form", () => {
  const email = 'puller@project.iam.gserviceaccount.com';
  const provider = 'projects/1/locations/global/workloadIdentityPools/pool/providers/cluster';
  const emailKey = 'iam.gke.io/gcp-service-account';
  const providerKey = 'gcp.auth.fluxcd.io/workload-identity-provider';
  assert.deepEqual(gcpAccount({ annotations: {} }), {});
  assert.deepEqual(gcpAccount({ annotations: { [emailKey]: email, [providerKey]: provider } }), {
    email,
    provider,
  });
  for (const value of ['puller', `${email}/../x`, 'a b@c.iam.gserviceaccount.com'])
    assert.throws(() => gcpAccount({ annotations: { [emailKey]: value } }), {
      code: 'LoginFailed',
      message: `invalid ${emailKey} annotation: '${value}'. must match ^[a-zA-Z0-9-]{1,100}@[a-zA-Z0-9-]{1,100}\\.iam\\.gserviceaccount\\.com$`,
    });
  for (const value of [`//iam.googleapis.com/${provider}`, 'projects/name/locations/global'])
    assert.throws(
      () => gcpAccount({ annotations: { [providerKey]: value } }),
      /^TidemarkError: invalid gcp\.auth\.fluxcd\.io/,
    );
});
