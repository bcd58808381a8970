import * as z from 'zod';

import { defineKind, specAndStatus } from './define-kind.ts';
import { duration, namespacedReference, statusFields } from './fields.ts';
import type { ApiObject } from './object.ts';

const order = z.enum(['asc', 'desc']);

const policyChoice = z.strictObject({
  semver: z
    .strictObject({
      range: z.string().describe('A semver range, in the grammar of Masterminds/semver: `>=1.0.0 <2.0.0`.'),
    })
    .optional()
    .describe('Selects the highest version within a range.'),
  alphabetical: z
    .strictObject({ order: order.default('asc').describe('asc selects the last tag, desc the first.') })
    .optional()
    .describe('Selects by the order of bytes.'),
  numerical: z
    .strictObject({
      order: order.default('asc').describe('asc selects the largest number, desc the smallest.'),
    })
    .optional()
    .describe('Selects by numerical value.'),
});

const tagFilter = z.strictObject({
  pattern: z
    .string()
    .optional()
    .describe('A regular expression (RE2 syntax); only tags that match it are considered.'),
  extract: z
    .string()
    .optional()
    .describe('What to compare instead of the tag, built from groups of the pattern: `$ts`, `${1}`.'),
});

const spec = z.strictObject({
  imageRepositoryRef: namespacedReference.describe('The ImageRepository whose tags are considered.'),
  policy: policyChoice.describe(
    'How the newest tag is told: exactly one of semver, alphabetical and numerical.',
  ),
  filterTags: tagFilter.optional().describe('Which tags are considered, and which part of them is compared.'),
  digestReflectionPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .default('Never')
    .describe(
      'Whether the digest of the selected tag is looked up: never, once for a selection, or in every run.',
    ),
  interval: duration
    .optional()
    .describe('How often the digest is looked up; only with, and necessary for, Always.'),
  suspend: z.boolean().optional().describe('True stops reconciliation until it is removed.'),
});

const imageRef = z.object({
  name: z.string().describe('The image name, as the ImageRepository spells it.'),
  tag: z.string().describe('The selected tag.'),
  digest: z.string().optional().describe('The digest that the tag pointed at.'),
});

const status = z.object({
  ...statusFields,
  latestRef: imageRef.optional().describe('The image that is selected now.'),
  observedPreviousRef: imageRef.optional().describe('The image that was selected before.'),
});

export type ImagePolicySpec = z.output<typeof spec>;
export type ImagePolicyStatus = z.output<typeof status>;
export type ImagePolicyChoice = z.output<typeof policyChoice>;
export type TagFilter = z.output<typeof tagFilter>;
/** An image as a policy has selected it. */
export type SelectedImage = z.output<typeof imageRef>;

/** A rule that selects one tag of an image repository. */
export interface ImagePolicy extends ApiObject<ImagePolicySpec, ImagePolicyStatus> {
  apiVersion: 'image.toolkit.fluxcd.io/v1';
  kind: 'ImagePolicy';
}

export const imagePolicyKind = defineKind({
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'ImagePolicy',
  plural: 'imagepolicies',
  shortNames: ['imgpol', 'imagepol'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  description: 'ImagePolicy is a rule that selects one tag of an image repository.',
  printerColumns: [
    { name: 'Image', type: 'string', jsonPath: '.status.latestRef.name' },
    { name: 'Tag', type: 'string', jsonPath: '.status.latestRef.tag' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: specAndStatus(spec),
  spec,
  status,
  rules: [
    {
      rule: "!has(self.interval) || (has(self.digestReflectionPolicy) && self.digestReflectionPolicy == 'Always')",
      message: "spec.interval is only accepted when spec.digestReflectionPolicy is set to 'Always'",
      path: ['spec', 'interval'],
      check: (policy) => policy.interval === undefined || policy.digestReflectionPolicy === 'Always',
    },
    {
      rule: "has(self.interval) || !has(self.digestReflectionPolicy) || self.digestReflectionPolicy != 'Always'",
      message: "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
      path: ['spec', 'digestReflectionPolicy'],
      check: (policy) => policy.interval !== undefined || policy.digestReflectionPolicy !== 'Always',
    },
  ],
});
