import * as z from 'zod';

import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey } from '../../model/object-key.ts';
import type { ServiceAccount, ServiceAccounts } from '../service-accounts.ts';
import type { KubeClient } from './kube-client.ts';
import type { Resource } from './resource.ts';

export const serviceAccountResource: Resource = {
  kind: 'ServiceAccount',
  apiVersion: 'v1',
  plural: 'serviceaccounts',
  namespaced: true,
};

const serverAccount = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).nullish() }),
  imagePullSecrets: z.array(z.looseObject({ name: z.string().default('') })).nullish(),
});

const tokenReview = z.looseObject({ status: z.looseObject({ token: z.string().min(1) }) });

/** The shortest life that an API server gives a token: it is exchanged at once. */
const tokenSeconds = 600;

export function serviceAccounts(client: KubeClient): ServiceAccounts {
  return {
    get: (key) => getAccount(client, key),
    requestToken: async (key, audience, signal) => {
      const answer = await client.request({
        verb: 'create',
        resource: serviceAccountResource,
        subresource: 'token',
        key,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: [audience], expirationSeconds: tokenSeconds },
        },
        signal,
      });
      const { success, data } = tokenReview.safeParse(answer);
      if (success) return data.status.token;
      throw new TidemarkError(
        'ClusterFailed',
        `the API server gave no token for service account '${formatKey(key)}'`,
      );
    },
  };
}

async function getAccount(client: KubeClient, key: ObjectKey): Promise<ServiceAccount | undefined> {
  try {
    const { metadata, imagePullSecrets } = serverAccount.parse(
      await client.request({ verb: 'get', resource: serviceAccountResource, key }),
    );
    return {
      annotations: metadata.annotations ?? {},
      pullSecrets: (imagePullSecrets ?? []).map(({ name }) => name).filter((name) => name !== ''),
    };
  } catch (error) {
    if (isTidemarkError(error, 'NotFound')) return undefined;
    throw error;
  }
}
