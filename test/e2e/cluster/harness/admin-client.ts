import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { systemClock } from '../../../../src/app/clock.ts';
import type { Connection } from '../../../../src/store/kubernetes/connection.ts';
import { KubeClient } from '../../../../src/store/kubernetes/kube-client.ts';
import type { KubeClientOptions } from '../../../../src/store/kubernetes/kube-client.ts';
import type { ControlPlane } from './control-plane.ts';

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

/** The connection of the administrator, or with a token that of somebody else. */
export function connectionTo(controlPlane: ControlPlane, token?: string): Connection {
  const config = parse(readFileSync(controlPlane.kubeconfig, 'utf8')) as Kubeconfig;
  const { cluster } = config.clusters[0]!;
  const { user } = config.users[0]!;
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString();
  const ca = text(cluster['certificate-authority-data']);
  const identity =
    token === undefined
      ? { tls: { ca, cert: text(user['client-certificate-data']), key: text(user['client-key-data']) } }
      : { tls: { ca }, authorization: `Bearer ${token}` };
  return { server: new URL(cluster.server), identify: async () => identity };
}

/** A client that is not slowed down. */
export function clientOf(connection: Connection, options: Partial<KubeClientOptions> = {}): KubeClient {
  return new KubeClient({ connection, userAgent: 'tidemark-test', clock: systemClock, qps: 0, ...options });
}
