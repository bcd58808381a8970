import { checkObject } from '../../src/api/check-object.ts';
import type { KindName, Kinds } from '../../src/api/kinds.ts';
import type { ObjectMeta } from '../../src/api/object.ts';

/** What a test wants to say about an object; everything else is filled in. */
export interface Wanted<Spec, Status> {
  readonly name?: string;
  readonly namespace?: string;
  /** More metadata: labels, annotations, generation, finalizers. */
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: Partial<Spec>;
  readonly status?: Status;
}

/** An object as a store hands it out: checked against its schema, with defaults, generation 1 and a version. */
export function build<K extends KindName>(
  kind: K,
  fields: Readonly<Record<string, unknown>>,
  { name = 'app', namespace = 'apps', metadata, status }: Wanted<unknown, unknown>,
): Kinds[K] {
  const head = { name, ...(namespace === '' ? {} : { namespace }) };
  const written = { metadata: head, ...fields };
  const { object, issues } = checkObject(kind, written, { defaultNamespace: namespace });
  if (object === undefined)
    throw new Error(`the ${kind} of this test is not valid: ${JSON.stringify(issues)}`);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: `uid-of-${kind}-${namespace}-${name}`.toLowerCase(),
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    ...(status === undefined ? {} : { status }),
  };
}
