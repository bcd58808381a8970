import * as z from 'zod';
import type { Secret } from '../../api/secret.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { resourceOf } from '../../store/kubernetes/resource.ts';
import type { Applied } from '../home.ts';

const stored = z.looseObject({
  type: z.string().default('Opaque'),
  immutable: z.boolean().nullish(),
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).nullish() }),
});

/**
 * Creates a Secret, or gives the one that is there the data of this one, all of it: a key that is left over would be a second way in.
 * Labels are added, and none is taken away. Somebody else's change in between is `Conflict`.
 */
export async function applySecret(client: KubeClient, secret: Secret): Promise<Applied> {
  const { namespace, name, labels } = secret.metadata;
  const target = { resource: resourceOf('Secret'), key: { namespace, name } };
  const { apiVersion, kind, type, data } = secret;
  const answer = await client.request({ verb: 'get', ...target }).catch(nothing);
  if (answer === undefined) {
    const metadata = { namespace, name, ...(labels && { labels }) };
    await client.request({
      verb: 'create',
      resource: target.resource,
      namespace,
      body: { apiVersion, kind, metadata, type, data },
    });
    return 'created';
  }
  const there = stored.parse(answer);
  refuseChange(there, secret);
  await client.request({
    verb: 'update',
    ...target,
    body: {
      ...there,
      data,
      metadata: { ...there.metadata, labels: { ...there.metadata.labels, ...labels } },
    },
  });
  return 'updated';
}

/** What the API server would refuse, said so that one knows what to do. */
function refuseChange(there: z.output<typeof stored>, { metadata, type }: Secret): void {
  const refuse = (what: string): never => {
    const again = `kubectl -n ${metadata.namespace} delete secret ${metadata.name}`;
    throw new TidemarkError(
      'ObjectInvalid',
      `Secret ${formatKey(metadata)} is there already, ${what}: delete it first (${again}), or take another name`,
    );
  };
  if (there.type !== type) refuse(`of type ${there.type}, which cannot become ${type}`);
  if (there.immutable === true) refuse('and is immutable');
}

function nothing(error: unknown): undefined {
  if (isTidemarkError(error, 'NotFound')) return undefined;
  throw error;
}
