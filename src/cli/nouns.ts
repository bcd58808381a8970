import type { ShownKind } from '../views/shown-kinds.ts';

/** How a kind is named on the command line and in what is said about it. */
export interface Noun {
  readonly kind: ShownKind;
  /** As it is typed: `image policy`. */
  readonly words: string;
  /** In sentences: `image update automation`. */
  readonly human: string;
}

export const nouns = {
  repository: { kind: 'ImageRepository', words: 'image repository', human: 'image repository' },
  policy: { kind: 'ImagePolicy', words: 'image policy', human: 'image policy' },
  update: { kind: 'ImageUpdateAutomation', words: 'image update', human: 'image update automation' },
  git: { kind: 'GitRepository', words: 'source git', human: 'source git' },
} as const satisfies Readonly<Record<string, Noun>>;

/** A noun whose kind is reconciled. */
export type ImageNoun = (typeof imageNouns)[number];

/** The kinds that are reconciled, in the order in which they build on one another. */
export const imageNouns = [nouns.repository, nouns.policy, nouns.update] as const;
