import { stringify } from 'yaml';
import { z } from 'zod';
import type { AnObject, Home } from '../scenarios/home.ts';
import type { ControlPlane } from './harness/control-plane.ts';

const imageKinds = 'imagerepositories,imagepolicies,imageupdateautomations';

const statusList = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      status: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});

const eventList = z.object({
  items: z.array(
    z.object({
      involvedObject: z.object({ kind: z.string(), name: z.string(), namespace: z.string() }),
      type: z.string(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
});

/** The Kubernetes home: objects are resources of a real API server, and a controller that runs elsewhere looks after them. */
export function clusterHome(controlPlane: ControlPlane): Home {
  const namespaces = new Set<string>();
  const { kubectl } = bind(controlPlane);
  return {
    apply: async (objects) => {
      for (const { kind, metadata } of objects) if (kind === 'Namespace') namespaces.add(metadata.name);
      kubectl(['apply', '-f', '-'], objects.map((object: AnObject) => stringify(object)).join('---\n'));
    },
    patch: async ({ kind, namespace, name }, patch) => {
      kubectl(['-n', namespace, 'patch', kind, name, '--type=merge', '-p', JSON.stringify(patch)]);
    },
    delete: async ({ kind, namespace, name }) => {
      kubectl(['-n', namespace, 'delete', kind, name]);
    },
    statuses: async () =>
      perNamespace(namespaces, (namespace) => {
        const { items } = statusList.parse(
          JSON.parse(kubectl(['-n', namespace, 'get', imageKinds, '-o', 'json'])),
        );
        return items.map(({ kind, metadata, status }) => ({ kind, ...metadata, status }));
      }),
    events: async () =>
      perNamespace(namespaces, (namespace) => {
        const { items } = eventList.parse(
          JSON.parse(kubectl(['-n', namespace, 'get', 'events', '-o', 'json'])),
        );
        return items.map(({ involvedObject, type, reason, message }) => ({
          ...involvedObject,
          event: [type, reason, message] as const,
        }));
      }),
    stop: async () => {
      for (const namespace of namespaces)
        kubectl(['-n', namespace, 'delete', imageKinds, '--all', '--wait=false']);
    },
  };
}

function bind(controlPlane: ControlPlane): Pick<ControlPlane, 'kubectl'> {
  return { kubectl: (args, input) => controlPlane.kubectl(args, input) };
}

function perNamespace<T>(
  namespaces: ReadonlySet<string>,
  list: (namespace: string) => readonly T[],
): readonly T[] {
  return [...namespaces].flatMap((namespace) => list(namespace));
}
