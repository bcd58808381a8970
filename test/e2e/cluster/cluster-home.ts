import { stringify } from 'yaml';
import type { AnObject, Home } from '../scenarios/home.ts';
import { eventsIn, statusesIn } from '../scenarios/object-lists.ts';
import type { ControlPlane } from './harness/control-plane.ts';

const imageKinds = 'imagerepositories,imagepolicies,imageupdateautomations';

/** The Kubernetes home: objects are resources of a real API server, and a controller that runs elsewhere looks after them. */
export function clusterHome(controlPlane: ControlPlane): Home {
  const namespaces = new Set<string>();
  const kubectl: ControlPlane['kubectl'] = (args, input) => controlPlane.kubectl(args, input);
  const list = (namespace: string, kinds: string): unknown =>
    JSON.parse(kubectl(['-n', namespace, 'get', kinds, '-o', 'json']));
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
    statuses: async () => perNamespace(namespaces, (namespace) => statusesIn(list(namespace, imageKinds))),
    events: async () => perNamespace(namespaces, (namespace) => eventsIn(list(namespace, 'events'))),
    stop: async () => {
      for (const namespace of namespaces)
        kubectl(['-n', namespace, 'delete', imageKinds, '--all', '--wait=false']);
    },
  };
}

function perNamespace<T>(
  namespaces: ReadonlySet<string>,
  list: (namespace: string) => readonly T[],
): readonly T[] {
  return [...namespaces].flatMap((namespace) => list(namespace));
}
