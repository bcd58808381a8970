import { findCondition } from '../reconcile/conditions.ts';
import type { AnyHerald, Herald } from '../reconcile/controller.ts';
import { targetOf } from '../reconcile/controller.ts';
import { policiesTarget } from './image-update-automation/controller.ts';

/**
 * A repository that appears, goes or fails concerns policies that wait for its tags, and one that lets others in or shuts them out those
 * that refer to it. New tags are told by the scan itself.
 */
const imageRepository: Herald<'ImageRepository'> = {
  kind: 'ImageRepository',
  fingerprint: ({ spec, status }) => {
    const health =
      findCondition(status?.conditions ?? [], 'Ready')?.status === 'False' ? 'failing' : 'present';
    return spec.accessFrom === undefined ? health : `${health} ${JSON.stringify(spec.accessFrom)}`;
  },
  target: ({ metadata }) => targetOf('ImageRepository', metadata.namespace, metadata.name),
};

/** A new selection concerns the automations of its namespace. */
const imagePolicy: Herald<'ImagePolicy'> = {
  kind: 'ImagePolicy',
  fingerprint: ({ status }) => (status?.latestRef === undefined ? '' : JSON.stringify(status.latestRef)),
  target: ({ metadata }) => policiesTarget(metadata.namespace),
};

/** Other Git settings, or a repository that appears, concern the automations that refer to it. */
const gitRepository: Herald<'GitRepository'> = {
  kind: 'GitRepository',
  fingerprint: ({ metadata }) => String(metadata.generation ?? 0),
  target: ({ metadata }) => targetOf('GitRepository', metadata.namespace, metadata.name),
  references: ({ metadata, spec }) =>
    [spec.secretRef, spec.proxySecretRef, spec.verify?.secretRef].flatMap((ref) =>
      ref === undefined ? [] : [targetOf('Secret', metadata.namespace, ref.name)],
    ),
};

export const heralds: readonly AnyHerald[] = [imageRepository, imagePolicy, gitRepository];

/** Labels decide about access across namespaces. Watched where that is cheap. */
const namespace: Herald<'Namespace'> = {
  kind: 'Namespace',
  fingerprint: ({ metadata }) =>
    JSON.stringify(Object.entries(metadata.labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  target: ({ metadata }) => `Namespace/${metadata.name}`,
};

/** Credentials that arrive or change are used at once. Watched where that is cheap. */
const secret: Herald<'Secret'> = {
  kind: 'Secret',
  fingerprint: ({ metadata }) => metadata.resourceVersion ?? 'present',
  target: ({ metadata }) => targetOf('Secret', metadata.namespace, metadata.name),
};

export const localHeralds: readonly AnyHerald[] = [...heralds, namespace, secret];
