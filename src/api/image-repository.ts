import * as z from 'zod';

import { defineKind, specAndStatus } from './define-kind.ts';
import { accessFrom, duration, localReference, shortDuration, statusFields } from './fields.ts';
import type { ApiObject } from './object.ts';

/** Tags that match one of these are never considered, unless `exclusionList` says otherwise. */
export const defaultExclusionList: readonly string[] = [String.raw`^.*\.sig$`];

const spec = z.strictObject({
  image: z.string().describe('The name of the image repository, without scheme, tag or digest.'),
  interval: duration.describe('How long to wait between two scans.'),
  timeout: shortDuration.optional().describe('How long one scan may take. Defaults to the interval.'),
  secretRef: localReference
    .optional()
    .describe('Secret with registry credentials, of type kubernetes.io/dockerconfigjson.'),
  proxySecretRef: localReference
    .optional()
    .describe('Secret with the proxy to use: keys address, and if it needs them username and password.'),
  serviceAccountName: z
    .string()
    .max(253)
    .optional()
    .describe('ServiceAccount whose image pull secrets, or with a cloud provider whose identity, to use.'),
  certSecretRef: localReference
    .optional()
    .describe(
      'Secret with tls.crt and tls.key for client certificates, ca.crt for the authority to trust, or all three.',
    ),
  suspend: z.boolean().optional().describe('True stops scanning until it is removed.'),
  accessFrom: accessFrom.optional().describe('Which namespaces may refer to this repository beside its own.'),
  exclusionList: z
    .array(z.string())
    .max(25)
    .default([...defaultExclusionList])
    .describe('Regular expressions; a tag that matches one of them is dropped from the scan.'),
  provider: z
    .enum(['generic', 'aws', 'azure', 'gcp'])
    .default('generic')
    .describe('Where credentials come from: from Secrets (generic), or from the cloud.'),
  insecure: z.boolean().optional().describe('True allows plain HTTP.'),
});

const scanResult = z.object({
  // Older controllers wrote a result without one, and such objects must stay writable.
  revision: z.string().meta({ description: 'Checksum of the tags found.', optionalInCluster: true }),
  tagCount: z.int().describe('How many tags were kept.'),
  scanTime: z.iso.datetime({ offset: true }).optional().describe('When the scan was made.'),
  latestTags: z.array(z.string()).optional().describe('The first ten tags in descending order of bytes.'),
});

const status = z.object({
  ...statusFields,
  canonicalImageName: z
    .string()
    .optional()
    .describe('The image name with every part that was left out filled in.'),
  lastScanResult: scanResult.optional().describe('What the last successful scan has found.'),
  observedExclusionList: z
    .array(z.string())
    .optional()
    .describe('The exclusion list that the last scan used.'),
});

export type ImageRepositorySpec = z.output<typeof spec>;
export type ImageRepositoryStatus = z.output<typeof status>;
export type ScanResult = z.output<typeof scanResult>;

/** An image repository to scan for tags. */
export interface ImageRepository extends ApiObject<ImageRepositorySpec, ImageRepositoryStatus> {
  apiVersion: 'image.toolkit.fluxcd.io/v1';
  kind: 'ImageRepository';
}

export const imageRepositoryKind = defineKind({
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'ImageRepository',
  plural: 'imagerepositories',
  shortNames: ['imgrepo', 'imagerepo'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  description: 'ImageRepository is an image repository to scan for tags.',
  printerColumns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Tags', type: 'string', jsonPath: '.status.lastScanResult.tagCount' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
    { name: 'Last scan', type: 'string', jsonPath: '.status.lastScanResult.scanTime', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: specAndStatus(spec),
  spec,
  status,
});
