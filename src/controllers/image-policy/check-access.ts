import type { ImageRepository } from '../../api/image-repository.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey } from '../../model/object-key.ts';

const prefix = 'failed to get the referred ImageRepository';

export interface AccessFacts {
  /** Namespace of the policy, and its labels. */
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly reference: ObjectKey;
  readonly crossNamespaceAllowed: boolean;
}

/** Refuses a reference across namespaces that the process forbids, before anything is read there. */
export function checkReference({ namespace, reference, crossNamespaceAllowed }: AccessFacts): void {
  if (reference.namespace === namespace || crossNamespaceAllowed) return;
  throw new TidemarkError(
    'AccessDenied',
    `${prefix}: cannot access 'ImageRepository/${formatKey(reference)}', cross-namespace references have been blocked`,
  );
}

/** Refuses a reference that the repository's `accessFrom` does not allow to the policy's namespace. */
export function checkAccess(facts: AccessFacts, accessFrom: ImageRepository['spec']['accessFrom']): void {
  const { namespace, namespaceLabels, reference } = facts;
  if (reference.namespace === namespace) return;
  const denied = (why: string): TidemarkError =>
    new TidemarkError(
      'AccessDenied',
      `${prefix}: access denied: '${formatKey(reference)}' can't be accessed due to ${why}`,
    );
  if (accessFrom === undefined) throw denied("missing ACL labels on 'accessFrom'");
  const allowed = accessFrom.namespaceSelectors.some(({ matchLabels = {} }) =>
    Object.entries(matchLabels).every(([key, value]) => namespaceLabels[key] === value),
  );
  if (!allowed) throw denied(`ACL labels mismatch on namespace '${namespace}'`);
}
