import type { KindDefinition } from './define-kind.ts';
import type { GitRepository } from './git-repository.ts';
import { gitRepositoryKind } from './git-repository.ts';
import type { ImagePolicy } from './image-policy.ts';
import { imagePolicyKind } from './image-policy.ts';
import type { ImageRepository } from './image-repository.ts';
import { imageRepositoryKind } from './image-repository.ts';
import type { ImageUpdateAutomation } from './image-update-automation.ts';
import { imageUpdateAutomationKind } from './image-update-automation.ts';
import type { Namespace } from './namespace.ts';
import { namespaceKind } from './namespace.ts';
import type { Secret } from './secret.ts';
import { secretKind } from './secret.ts';

/** Every kind that Tidemark handles, by name. */
export interface Kinds {
  ImageRepository: ImageRepository;
  ImagePolicy: ImagePolicy;
  ImageUpdateAutomation: ImageUpdateAutomation;
  GitRepository: GitRepository;
  Secret: Secret;
  Namespace: Namespace;
}

export type KindName = keyof Kinds;

/** An object of any kind. */
export type AnyObject = Kinds[KindName];

export const kindDefinitions: {
  readonly [K in KindName]: KindDefinition<K, Kinds[K]['spec'], Kinds[K]['status']>;
} = {
  ImageRepository: imageRepositoryKind,
  ImagePolicy: imagePolicyKind,
  ImageUpdateAutomation: imageUpdateAutomationKind,
  GitRepository: gitRepositoryKind,
  Secret: secretKind,
  Namespace: namespaceKind,
};

/** In the order in which they build on one another. */
export const kindNames: readonly KindName[] = [
  'Namespace',
  'Secret',
  'GitRepository',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
];

/** True when `name` is a kind that Tidemark handles. */
export function isKindName(name: string): name is KindName {
  return Object.hasOwn(kindDefinitions, name);
}

/** The kinds that have a controller. */
export type ReconciledKind = 'ImageRepository' | 'ImagePolicy' | 'ImageUpdateAutomation';

/** The status of a kind, when it has one. */
export type StatusOf<K extends KindName> = NonNullable<Kinds[K]['status']>;
