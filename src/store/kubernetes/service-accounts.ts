import * as z from 'zod';

import { isTidemarkError } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { KubeClient } from './kube-client.ts';
import type { Resource } from './resource.ts';

export const serviceAccountResource: Resource = {
  kind: 'ServiceAccount',
  apiVersion: 'v1',
  plural: 'serviceaccounts',
  namespaced: true,
};

const serverAccount = z.looseObject({
  imagePullSecrets: z.array(z.looseObject({ name: z.string().default('') })).nullish(),
});

/** The names of the image pull secrets of a ServiceAccount, in its order; undefined when there is no such account. */
export async function pullSecretsOf(
  client: KubeClient,
  key: ObjectKey,
): Promise<readonly string[] | undefined> {
  try {
    const account = serverAccount.parse(
      await client.request({ verb: 'get', resource: serviceAccountResource, key }),
    );
    return (account.imagePullSecrets ?? []).map(({ name }) => name).filter((name) => name !== '');
  } catch (error) {
    if (isTidemarkError(error, 'NotFound')) return undefined;
    throw error;
  }
}
