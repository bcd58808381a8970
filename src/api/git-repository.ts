import * as z from 'zod';

import { defineKind, specAndStatus } from './define-kind.ts';
import { duration, localReference, shortDuration, statusFields } from './fields.ts';
import type { ApiObject } from './object.ts';

/** Which commit of a repository. Precedence: commit, name, tag, semver, branch; nothing set is the branch `master`. */
export const gitRef = z.strictObject({
  branch: z.string().optional().describe('Branch to check out. Defaults to master when nothing else is set.'),
  tag: z.string().optional().describe('Tag to check out; takes precedence over branch.'),
  semver: z.string().optional().describe('Semver range; the highest tag within it is checked out.'),
  name: z.string().optional().describe('Full name of the reference, such as refs/pull/420/head.'),
  commit: z.string().optional().describe('Commit to check out; takes precedence over everything else.'),
});

const include = z.strictObject({
  repository: localReference.describe('The GitRepository to include.'),
  fromPath: z.string().optional().describe('What to copy. Defaults to everything.'),
  toPath: z.string().optional().describe('Where to. Defaults to the name of the repository.'),
});

const spec = z.strictObject({
  url: z
    .string()
    .regex(/^(http|https|ssh|file):\/\/.*$/, {
      error:
        'must begin with https://, http:// or ssh:// (file:// without a cluster); write git@host:path as ssh://git@host/path',
    })
    // A cluster has no use for file://, so the CRD keeps Flux's pattern.
    .meta({
      pattern: '^(http|https|ssh)://.*$',
      description: 'Address of the repository: https, http or ssh.',
    }),
  interval: duration.describe('How long to wait between two looks at the repository.'),
  timeout: shortDuration.default('60s').describe('How long one Git operation may take.'),
  secretRef: localReference
    .optional()
    .describe('Secret with credentials: username and password, bearerToken, or identity and known_hosts.'),
  provider: z
    .enum(['generic', 'aws', 'azure', 'github'])
    .optional()
    .describe('Where credentials come from. Defaults to generic: from the Secret.'),
  serviceAccountName: z
    .string()
    .optional()
    .describe('ServiceAccount whose identity to use; only with the providers azure and aws.'),
  ref: gitRef.optional().describe('What to check out. Defaults to the branch master.'),
  verify: z
    .strictObject({
      mode: z
        .enum(['head', 'HEAD', 'Tag', 'TagAndHEAD'])
        .default('HEAD')
        .describe('Which objects to verify.'),
      secretRef: localReference.describe('Secret with the public keys of trusted authors.'),
    })
    .optional()
    .describe('Verification of signatures.'),
  proxySecretRef: localReference
    .optional()
    .describe('Secret with the proxy to use: keys address, and if it needs them username and password.'),
  ignore: z.string().optional().describe('Patterns in .gitignore format to leave out of the artifact.'),
  suspend: z.boolean().optional().describe('True stops reconciliation until it is removed.'),
  recurseSubmodules: z.boolean().optional().describe('True fetches submodules too.'),
  include: z.array(include).optional().describe('Other repositories whose contents are included.'),
  sparseCheckout: z.array(z.string()).optional().describe('The only folders to check out.'),
});

const artifact = z.object({
  path: z.string().describe('Path of the file below the storage root.'),
  url: z.string().describe('Address of the file.'),
  revision: z.string().describe('What it was made from.'),
  digest: z
    .string()
    .regex(/^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/)
    .describe('Digest of the file.'),
  lastUpdateTime: z.iso.datetime({ offset: true }).describe('When it was made.'),
  size: z.int().optional().describe('Size in bytes.'),
  metadata: z.record(z.string(), z.string()).optional().describe('More about its origin.'),
});

/** All that Flux's source-controller writes: a definition that left something out would have the server drop it. */
const status = z.object({
  ...statusFields,
  artifact: artifact.optional().describe('The last artifact.'),
  includedArtifacts: z.array(artifact).optional().describe('The artifacts that were included in it.'),
  observedIgnore: z.string().optional().describe('The ignore patterns that it was made with.'),
  observedInclude: z.array(include).optional().describe('The inclusions that it was made with.'),
  observedRecurseSubmodules: z.boolean().optional().describe('Whether it was made with submodules.'),
  observedSparseCheckout: z.array(z.string()).optional().describe('The folders that it was made from.'),
  sourceVerificationMode: z.string().optional().describe('Which Git objects were verified for it.'),
  sourceVerificationFingerprint: z
    .string()
    .optional()
    .describe('Fingerprint of the public keys that they were verified with.'),
});

export type GitRef = z.output<typeof gitRef>;
export type GitRepositorySpec = z.output<typeof spec>;
export type GitRepositoryStatus = z.output<typeof status>;

/** A Git repository: where it is and how to reach it. */
export interface GitRepository extends ApiObject<GitRepositorySpec, GitRepositoryStatus> {
  apiVersion: 'source.toolkit.fluxcd.io/v1';
  kind: 'GitRepository';
}

export const gitRepositoryKind = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'GitRepository',
  plural: 'gitrepositories',
  shortNames: ['gitrepo'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  description: 'GitRepository is a Git repository: where it is and how to reach it.',
  printerColumns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.url' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
  ],
  fields: specAndStatus(spec),
  spec,
  status,
  rules: [
    {
      rule: "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
      message: "serviceAccountName can only be set when provider is 'azure' or 'aws'",
      path: ['spec', 'serviceAccountName'],
      check: (git) =>
        git.serviceAccountName === undefined || git.provider === 'azure' || git.provider === 'aws',
    },
  ],
});
