import * as z from 'zod';

import type { ApiVerb } from './api-request.ts';
import type { KubeClient } from './kube-client.ts';
import type { Resource } from './resource.ts';

/** Something that we may want to do. */
export interface Permission {
  readonly verb: ApiVerb;
  readonly group: string;
  /** `imagepolicies/status` has the subresource in it, as RBAC rules have. */
  readonly resource: string;
  /** Absent means all namespaces. */
  readonly namespace?: string;
}

const reviewResource: Resource = {
  kind: 'SelfSubjectAccessReview',
  apiVersion: 'authorization.k8s.io/v1',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
};

const review = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

/** Asks the API server whether we may. */
export async function isAllowed(client: KubeClient, permission: Permission): Promise<boolean> {
  const { verb, group, namespace } = permission;
  const [resource = '', subresource] = permission.resource.split('/');
  const answer = await client.request({
    verb: 'create',
    resource: reviewResource,
    // Asking changes nothing: it is free to whoever may not write.
    urgent: true,
    body: {
      apiVersion: reviewResource.apiVersion,
      kind: reviewResource.kind,
      spec: { resourceAttributes: { verb, group, resource, subresource, namespace } },
    },
  });
  return review.parse(answer).status.allowed;
}
