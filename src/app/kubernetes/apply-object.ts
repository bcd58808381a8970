import * as z from 'zod';
import type { KindName, Kinds } from '../../api/kinds.ts';
import { isTidemarkError } from '../../model/errors.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { resourceOf } from '../../store/kubernetes/resource.ts';
import type { ObjectStore } from '../../store/store.ts';
import type { Applied } from '../home.ts';

const stored = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).nullish() }),
});

/**
 * Creates an object, or gives the one that is there the spec of this one. Labels are added, and none is taken away: others may go by them.
 * Somebody else's change in between is `Conflict`.
 */
export async function applyObject<K extends KindName>(
  { client, objects }: { readonly client: KubeClient; readonly objects: ObjectStore },
  object: Kinds[K],
): Promise<Applied> {
  const { namespace, name, labels } = object.metadata;
  const target = { resource: resourceOf(object.kind), key: { namespace, name } };
  const answer = await client.request({ verb: 'get', ...target }).catch(nothing);
  if (answer === undefined) {
    await objects.create(object);
    return 'created';
  }
  const there = stored.parse(answer);
  await client.request({
    verb: 'update',
    ...target,
    query: { fieldValidation: 'Strict' },
    body: {
      ...there,
      metadata: { ...there.metadata, labels: { ...there.metadata.labels, ...labels } },
      spec: object.spec,
    },
  });
  return 'updated';
}

function nothing(error: unknown): undefined {
  if (isTidemarkError(error, 'NotFound')) return undefined;
  throw error;
}
