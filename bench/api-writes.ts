import type { ControlPlane } from '../test/e2e/cluster/harness/control-plane.ts';

/** Writes that an API server has taken, by what was written. Those of Leases are left out. */
export interface ApiWrites {
  readonly statuses: number;
  readonly metadata: number;
  readonly events: number;
}

/** By the server's own count; what the benchmark created itself is left out. */
export function apiWrites(controlPlane: ControlPlane): ApiWrites {
  const lines = controlPlane.kubectl(['get', '--raw', '/metrics']).split('\n');
  const sum = (wanted: (labels: Readonly<Record<string, string>>) => boolean): number =>
    lines.reduce((total, line) => {
      const [, labels, value] = /^apiserver_request_total\{(.*)\} (\S+)$/.exec(line) ?? [];
      return labels !== undefined && wanted(readLabels(labels)) ? total + Number(value) : total;
    }, 0);
  const isPatch = (labels: Readonly<Record<string, string>>): boolean =>
    labels['group'] === 'image.toolkit.fluxcd.io' && labels['verb'] === 'PATCH';
  return {
    statuses: sum((labels) => isPatch(labels) && labels['subresource'] === 'status'),
    metadata: sum((labels) => isPatch(labels) && labels['subresource'] === ''),
    events: sum(({ resource, verb = '' }) => resource === 'events' && /^(?:POST|PATCH)$/.test(verb)),
  };
}

function readLabels(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
