import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Condition } from '../../../../src/api/object.ts';
import { tidemarkIn, type Running, type Tidemark } from '../../harness/tidemark.ts';
import { waitUntil } from '../../harness/wait-until.ts';
import { createWorkspace, type Workspace } from '../../harness/workspace.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { limitedKubeconfig } from './limited-kubeconfig.ts';

const deploy = fileURLToPath(new URL('../../../../deploy/', import.meta.url));
const account = { namespace: 'flux-system', name: 'tidemark' };

/** As much of an object as these tests look at. */
export interface TenantObject {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string; readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
    readonly conditions?: readonly Condition[];
    readonly canonicalImageName?: string;
    readonly lastScanResult?: { readonly tagCount: number; readonly latestTags?: readonly string[] };
    readonly latestRef?: { readonly tag: string };
  };
}

/** A cluster of several teams, and the controller with the permissions of `deploy/` alone. */
export interface Tenancy {
  readonly controlPlane: ControlPlane;
  readonly workspace: Workspace;
  readonly tidemark: Tidemark;
  defer(end: () => unknown): void;
  kubectl(...args: string[]): string;
  apply(...objects: readonly object[]): void;
  create(...objects: readonly object[]): void;
  /** Starts a controller, with storage of its own for each name. */
  start(name: string, ...flags: readonly string[]): Running;
  get(object: string): TenantObject;
  /** The Ready condition of `kind/namespace/name`; its message is the empty text before there is one. */
  ready(object: string): Pick<Condition, 'status' | 'reason' | 'message'>;
  /** Waits until the Ready condition of `kind/namespace/name` matches, as `status reason message`. */
  reads(object: string, pattern: RegExp): Promise<void>;
  end(): Promise<void>;
}

export async function startTenancy(): Promise<Tenancy> {
  const endings: (() => unknown)[] = [];
  const workspace = createWorkspace({ after: (end) => void endings.push(end), diagnostic: () => undefined });
  const tidemark = tidemarkIn(workspace, { env: { RUNTIME_NAMESPACE: account.namespace } });
  const controlPlane = await startControlPlane();
  endings.push(() => controlPlane.stop());
  const kubectl = (...args: string[]): string => controlPlane.kubectl(args);
  kubectl('apply', '-k', join(deploy, 'standalone'));
  kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
  const kubeconfig = limitedKubeconfig(controlPlane, workspace, account);
  const get = (object: string): TenantObject => {
    const [kind = '', namespace = '', name = ''] = object.split('/');
    return JSON.parse(kubectl('-n', namespace, 'get', kind, name, '-o', 'json')) as TenantObject;
  };
  const ready: Tenancy['ready'] = (object) =>
    get(object).status?.conditions?.find(({ type }) => type === 'Ready') ?? {
      status: 'Unknown',
      reason: '',
      message: '',
    };
  return {
    controlPlane,
    workspace,
    tidemark,
    defer: (end) => void endings.push(end),
    kubectl,
    get,
    ready,
    apply: (...objects) => void controlPlane.kubectl(['apply', '-f', '-'], documentsOf(objects)),
    create: (...objects) => void controlPlane.kubectl(['create', '-f', '-'], documentsOf(objects)),
    start: (name, ...flags) => {
      const running = tidemark.start(
        'controller',
        `--kubeconfig=${kubeconfig}`,
        `--storage-path=${workspace.path(`storage-${name}`)}`,
        '--health-addr=off',
        '--metrics-addr=off',
        '--min-retry-delay=100ms',
        '--max-retry-delay=500ms',
        ...flags,
      );
      endings.push(() => running.stop());
      return running;
    },
    reads: async (object, pattern) => {
      let last = '';
      await waitUntil(
        () => {
          const { status, reason, message } = ready(object);
          last = `${status} ${reason} ${message}`;
          return pattern.test(last);
        },
        { what: `${object} to match ${pattern}` },
      ).catch((error: unknown) => {
        throw new Error(`${object} says: ${last.slice(0, 2000)}`, { cause: error });
      });
    },
    end: async () => {
      for (const end of endings.reverse()) await end();
    },
  };
}

function documentsOf(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
