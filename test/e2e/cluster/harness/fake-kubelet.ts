import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificates } from '../../../../src/pipeline/publish/io/testing/certificates.ts';
import type { ControlPlane } from './control-plane.ts';

/** The node of a cluster in which pods are only names: it answers the API server's question for their logs. */
export interface FakeKubelet {
  /** Query of the last question, for each pod. */
  readonly asked: ReadonlyMap<string, URLSearchParams>;
  /** Adds to the log of a pod; whoever follows it gets it at once. */
  write(pod: string, line: string): void;
  close(): Promise<void>;
}

const node = 'with-logs';

/** Starts it, and makes its node known to the cluster. */
export async function startFakeKubelet(
  controlPlane: ControlPlane,
  { server: certificate }: Certificates,
): Promise<FakeKubelet> {
  const logs = new Map<string, string[]>();
  const followers = new Map<string, Set<ServerResponse>>();
  const asked = new Map<string, URLSearchParams>();
  const server = createServer(certificate, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://node');
    const [, what, , pod = ''] = url.pathname.split('/');
    if (what !== 'containerLogs') return void response.writeHead(404).end();
    asked.set(pod, url.searchParams);
    const lines = logs.get(pod) ?? [];
    const tail = Number(url.searchParams.get('tailLines') ?? lines.length);
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    for (const line of lines.slice(lines.length - tail)) response.write(`${line}\n`);
    if (url.searchParams.get('follow') !== 'true') return void response.end();
    followers.set(pod, (followers.get(pod) ?? new Set()).add(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  announce(controlPlane, (server.address() as AddressInfo).port);
  return {
    asked,
    write: (pod, line) => {
      logs.set(pod, [...(logs.get(pod) ?? []), line]);
      for (const response of followers.get(pod) ?? []) response.write(`${line}\n`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function announce(controlPlane: ControlPlane, port: number): void {
  controlPlane.kubectl(['apply', '-f', '-'], `{apiVersion: v1, kind: Node, metadata: {name: ${node}}}`);
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const patch = JSON.stringify({ status });
  controlPlane.kubectl(['patch', 'node', node, '--subresource=status', '--type=merge', '-p', patch]);
}

/** A pod of this node that is said to run. */
export function runPod(
  controlPlane: ControlPlane,
  { namespace, name, labels }: { namespace: string; name: string; labels: Record<string, string> },
): void {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: { nodeName: node, containers: [{ name: 'manager', image: 'x:1' }] },
  };
  controlPlane.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
  const patch = JSON.stringify({ status: { phase: 'Running' } });
  controlPlane.kubectl([
    '-n',
    namespace,
    'patch',
    'pod',
    name,
    '--subresource=status',
    '--type=merge',
    '-p',
    patch,
  ]);
}
