import { z } from 'zod';
import { permissionOn } from './audit-log.ts';
import type { ControlPlane } from './control-plane.ts';

export interface Grant {
  /** `patch image.toolkit.fluxcd.io/imagepolicies/status`. */
  readonly what: string;
  /** Undefined everywhere. */
  readonly namespace: string | undefined;
  /** Undefined for any name. */
  readonly names: readonly string[] | undefined;
}

const rules = z.array(
  z.strictObject({
    apiGroups: z.array(z.string()),
    resources: z.array(z.string()),
    resourceNames: z.array(z.string()).optional(),
    verbs: z.array(z.string()),
  }),
);
const subject = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() });
const roles = z.object({
  items: z.array(
    z.object({
      kind: z.enum(['Role', 'ClusterRole']),
      metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
      // Read for the roles in question alone: those of the cluster itself hold more.
      rules: z.unknown(),
    }),
  ),
});
const bindings = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ namespace: z.string().optional() }),
      roleRef: z.object({ kind: z.string(), name: z.string() }),
      subjects: z.array(subject).nullish(),
    }),
  ),
});

/** What the cluster allows a service account, one by one, beside what it allows everybody. */
export function grantedTo(
  controlPlane: ControlPlane,
  account: { readonly namespace: string; readonly name: string },
): readonly Grant[] {
  const list = (kinds: string): unknown =>
    JSON.parse(controlPlane.kubectl(['get', kinds, '-A', '-o', 'json']));
  const known = [
    ...roles.parse(list('clusterroles')).items.filter(({ metadata }) => !metadata.name.startsWith('system:')),
    ...roles.parse(list('roles')).items,
  ];
  const bound = [
    ...bindings.parse(list('clusterrolebindings')).items,
    ...bindings.parse(list('rolebindings')).items,
  ].filter(({ subjects }) =>
    subjects?.some(
      ({ kind, name, namespace }) =>
        kind === 'ServiceAccount' && name === account.name && namespace === account.namespace,
    ),
  );
  return bound.flatMap(({ metadata: { namespace }, roleRef }) => {
    const role = known.find(
      ({ kind, metadata }) =>
        kind === roleRef.kind &&
        metadata.name === roleRef.name &&
        (kind === 'ClusterRole' || metadata.namespace === namespace),
    );
    return (role === undefined ? [] : rules.parse(role.rules)).flatMap((rule) => expand(rule, namespace));
  });
}

function expand(
  { apiGroups, resources, resourceNames, verbs }: z.infer<typeof rules>[number],
  namespace: string | undefined,
): readonly Grant[] {
  return apiGroups.flatMap((apiGroup) =>
    resources.flatMap((resource) =>
      verbs.map((verb) => ({
        what: `${verb} ${permissionOn({ apiGroup, resource })}`,
        namespace,
        names: resourceNames,
      })),
    ),
  );
}
