import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ControlPlane } from '../test/e2e/cluster/harness/control-plane.ts';
import { program } from './runner.ts';

const port = 19_080;
const account = { namespace: 'flux-system', name: 'tidemark' };
const deploy = fileURLToPath(new URL('../deploy/', import.meta.url));
const mount = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Gives the controller, and nobody else, a mounted service account as a pod has it. */
const asInPod = `mount -t tmpfs none /run && mkdir -p ${mount} && cp "$0"/* ${mount} && exec "$@"`;

export interface BenchController {
  readonly pid: number;
  stop(): Promise<void>;
}

/** The kinds, the namespace and the account of the controller. */
export function prepareCluster(controlPlane: ControlPlane): void {
  controlPlane.kubectl(['apply', '-k', join(deploy, 'standalone')]);
  controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
}

/** `tidemark controller` with the account, the permissions and the flags of `deploy/`. */
export function startController(
  controlPlane: ControlPlane,
  root: string,
  more: readonly string[] = [],
): BenchController {
  const [wrapper, env] = inPod(controlPlane, root);
  const log = openSync(join(root, 'log'), 'a');
  const [command = '', ...first] = [
    ...wrapper,
    program,
    'controller',
    '--enable-leader-election',
    '--kube-api-qps=200',
    '--kube-api-burst=1000',
    `--storage-path=${join(root, 'storage')}`,
    '--health-addr=off',
    `--metrics-addr=127.0.0.1:${port}`,
    ...more,
  ];
  const child = spawn(command, first, { stdio: ['ignore', 'ignore', log], env: { ...process.env, ...env } });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? -1,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What the controller says of itself: the sum of a counter's lines that match. */
export async function metricOf(pattern: RegExp): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  const lines = (await answer?.text())?.split('\n') ?? [];
  return lines
    .filter((line) => pattern.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Where no namespace of mounts can be had, a kubeconfig must do: with the library that reads it, some 60 MB. */
function inPod(
  controlPlane: ControlPlane,
  root: string,
): readonly [command: readonly string[], env: Record<string, string>] {
  if (spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /run']).status !== 0) {
    console.error('no mount namespace here: the controller reads a kubeconfig, which takes memory');
    return [[], { KUBECONFIG: controlPlane.kubeconfig, RUNTIME_NAMESPACE: account.namespace }];
  }
  const folder = join(root, 'account');
  mkdirSync(folder, { recursive: true });
  const { clusters } = parse(readFileSync(controlPlane.kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  };
  const { server = '', 'certificate-authority-data': ca = '' } = clusters[0]?.cluster ?? {};
  const token = controlPlane.kubectl([`-n=${account.namespace}`, 'create', 'token', account.name]);
  writeFileSync(join(folder, 'ca.crt'), Buffer.from(ca, 'base64'));
  writeFileSync(join(folder, 'token'), token.trim());
  writeFileSync(join(folder, 'namespace'), account.namespace);
  const { hostname, port: ofServer } = new URL(server);
  return [
    ['unshare', '-rm', 'sh', '-c', asInPod, folder],
    {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: ofServer,
      RUNTIME_NAMESPACE: account.namespace,
    },
  ];
}
