import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Workspace } from '../../harness/workspace.ts';
import type { ControlPlane } from './control-plane.ts';

/** A kubeconfig of a service account, with a token as a pod gets it. */
export function limitedKubeconfig(
  controlPlane: ControlPlane,
  workspace: Workspace,
  account: { readonly namespace: string; readonly name: string },
): string {
  const { namespace, name } = account;
  const token = controlPlane.kubectl(['-n', namespace, 'create', 'token', name, '--duration=1h']).trim();
  const admin = parse(readFileSync(controlPlane.kubeconfig, 'utf8')) as { clusters: object[] };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: admin.clusters,
    users: [{ name, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name, namespace } }],
  };
  return workspace.write(`${name}.kubeconfig`, stringify(config));
}
