import * as z from 'zod';

import { substituteAnnotation } from './annotations.ts';
import { defineKind, specAndStatus } from './define-kind.ts';
import { duration, labelSelector, localReference, statusFields, stringMap } from './fields.ts';
import { gitRef } from './git-repository.ts';
import type { ApiObject } from './object.ts';

const commit = z.strictObject({
  author: z
    .strictObject({
      name: z.string().optional().describe('Name of the author.'),
      email: z.string().describe('E-mail address of the author.'),
    })
    .describe('Author and committer of the commits.'),
  signingKey: z
    .strictObject({
      secretRef: localReference.describe('Secret with the key: git.asc for gpg, identity for ssh.'),
      type: z.enum(['gpg', 'ssh']).default('gpg').describe('The kind of key.'),
    })
    .optional()
    .describe('Signs the commits.'),
  messageTemplate: z
    .string()
    .optional()
    .describe('Go text/template of the commit message. Defaults to `Update from image update automation`.'),
  messageTemplateValues: stringMap.optional().describe('Values for the template, as `.Values`.'),
});

const push = z.strictObject({
  branch: z
    .string()
    .optional()
    .describe('Branch to push to, created when it does not exist. Defaults to the checkout branch.'),
  refspec: z.string().optional().describe('Refspec for a second push, after the one to the branch.'),
  options: stringMap.optional().describe('Push options for the server.'),
});

const git = z.strictObject({
  checkout: z
    .strictObject({ ref: gitRef.describe('The reference to check out.') })
    .optional()
    .describe('What to read. Defaults to the reference of the GitRepository.'),
  commit: commit.describe('How changes are recorded.'),
  push: push.optional().describe('Where commits go. Defaults to the checkout branch.'),
});

const spec = z.strictObject({
  sourceRef: z
    .strictObject({
      apiVersion: z.string().optional().describe('API version of the referent.'),
      kind: z.enum(['GitRepository']).default('GitRepository').describe('Kind of the referent.'),
      name: z.string().describe('Name of the referent.'),
      namespace: z
        .string()
        .optional()
        .describe('Namespace of the referent; when not set, that of the automation.'),
    })
    .describe('The GitRepository to update.'),
  git: git.optional().describe('How to read, commit and push. Necessary for a GitRepository.'),
  interval: duration.describe('How long to wait between two looks at the Git repository.'),
  policySelector: labelSelector
    .optional()
    .describe('Which policies are considered. Defaults to all of the namespace.'),
  update: z
    .strictObject({
      strategy: z
        .enum(['Setters'])
        .default('Setters')
        .describe('How files are updated: Setters replaces marked values.'),
      path: z
        .string()
        .optional()
        .describe('Folder with the files to update. Defaults to the root of the repository.'),
    })
    .default({ strategy: 'Setters' })
    .describe('Which files are updated, and how.'),
  suspend: z.boolean().optional().describe('True stops the automation until it is removed.'),
});

const observedPolicy = z.object({
  name: z.string().describe('The image name.'),
  tag: z.string().describe('The tag.'),
  digest: z.string().optional().describe('The digest.'),
});

const status = z.object({
  ...statusFields,
  lastAutomationRunTime: z.iso.datetime({ offset: true }).optional().describe('When the last run began.'),
  lastPushCommit: z.string().optional().describe('The commit that was pushed last.'),
  lastPushTime: z.iso.datetime({ offset: true }).optional().describe('When it was pushed.'),
  observedPolicies: z
    .record(z.string(), observedPolicy)
    .optional()
    .describe('The images of the policies that the last full run considered, by policy.'),
  observedSourceRevision: z.string().optional().describe('The revision that the last full run stood on.'),
});

export type ImageUpdateAutomationSpec = z.output<typeof spec>;
export type ImageUpdateAutomationStatus = z.output<typeof status>;
export type CommitSpec = z.output<typeof commit>;
export type PushSpec = z.output<typeof push>;

/** Keeps the marked values of a Git repository at what the policies select. */
export interface ImageUpdateAutomation extends ApiObject<
  ImageUpdateAutomationSpec,
  ImageUpdateAutomationStatus
> {
  apiVersion: 'image.toolkit.fluxcd.io/v1';
  kind: 'ImageUpdateAutomation';
}

export const imageUpdateAutomationKind = defineKind({
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'ImageUpdateAutomation',
  plural: 'imageupdateautomations',
  shortNames: ['iua', 'imgupd', 'imgauto'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  crdAnnotations: { [substituteAnnotation]: 'disabled' },
  description:
    'ImageUpdateAutomation keeps the marked values of a Git repository at what the policies select.',
  printerColumns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
    { name: 'Last run', type: 'string', jsonPath: '.status.lastAutomationRunTime', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: specAndStatus(spec),
  spec,
  status,
});
