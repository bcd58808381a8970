import type { Kinds } from '../api/kinds.ts';

/** The kinds that people look at. */
export type ShownKind = 'ImageRepository' | 'ImagePolicy' | 'ImageUpdateAutomation' | 'GitRepository';

export type ShownObject<K extends ShownKind = ShownKind> = Kinds[K];
