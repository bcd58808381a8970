import { randomUUID } from 'node:crypto';
import { TidemarkError } from '../../model/errors.ts';
import { refuseLinkLocal } from '../../http/link-local.ts';
import type { Log } from '../../model/log.ts';
import { openKubernetesStore } from '../../store/kubernetes/kubernetes-store.ts';
import { serviceAccounts } from '../../store/kubernetes/service-accounts.ts';
import type { Home } from '../home.ts';
import { applyObject } from './apply-object.ts';
import { connectToCluster, type Cluster, type ClusterChoice, type ConnectDeps } from './connect.ts';
import { findControllers, mayRun, usualNamespace } from './find-controllers.ts';
import type { LiveInspector } from './live-inspector.ts';

export interface KubernetesHomeDeps extends ConnectDeps {
  readonly log: Log;
}

/** The home of objects that an API server keeps, seen by a command that looks or asks for something. Undefined when there is no cluster. */
export async function openKubernetesHome(
  choice: ClusterChoice,
  deps: KubernetesHomeDeps,
): Promise<Home | undefined> {
  const cluster = await connectToCluster(choice, deps, { fieldManager: 'tidemark-cli' });
  return cluster === undefined ? undefined : homeIn(cluster, deps);
}

function homeIn({ client }: Cluster, deps: KubernetesHomeDeps): Home {
  const store = openKubernetesStore({
    ...deps,
    client,
    cached: [],
    component: 'tidemark-cli',
    epoch: randomUUID(),
  });
  const { objects, events } = store;
  // Most commands only look at objects: the parts that reach registries and Git are loaded when they are needed.
  let loaded: Promise<LiveInspector> | undefined;
  const inspector = (): Promise<LiveInspector> => {
    loaded ??= import('./live-inspector.ts').then(
      (module) => new module.LiveInspector({ ...deps, client, store: objects }),
    );
    return loaded;
  };
  const refuse = async (): Promise<never> => {
    throw new TidemarkError('UsageError', 'objects of a cluster are worked on by the controller in it');
  };
  return {
    objects,
    events,
    problems: () => [],
    skipped: () => [],
    locate: () => undefined,
    worker: () => 'the controller in the cluster',
    whyIdle: (signal) => whyIdle(client, signal),
    apply: (object) => applyObject({ client, objects }, object),
    work: refuse,
    rehearse: refuse,
    inspect: async (policy, question) => (await inspector()).inspect(policy, question),
    preview: async (automation, signal) => (await inspector()).preview(automation, signal),
    openProbe: async () => {
      const { openProbe } = await import('../probe/open-probe.ts');
      return openProbe({
        ...deps,
        store: objects,
        accounts: serviceAccounts(client),
        objectLevelIdentity: true,
        readsLocalFiles: false,
        refuse: refuseLinkLocal,
      });
    },
    close: async () => {
      await (await loaded)?.close();
      await store.close();
      await client.close();
    },
  };
}

/** Why nobody seems to work on objects, as far as we are allowed to see. */
async function whyIdle(client: Cluster['client'], signal: AbortSignal): Promise<string | undefined> {
  try {
    const { ours, flux } = await findControllers(client, usualNamespace, signal);
    const all = [...ours, ...flux];
    if (all.some((deployment) => mayRun(deployment) && deployment.isReady)) return undefined;
    const [first] = all.filter(mayRun);
    return first === undefined
      ? 'no controller was found in the cluster: see tidemark check, tidemark install'
      : `Deployment ${first.namespace}/${first.name} is not ready: see tidemark check, tidemark logs`;
  } catch {
    // A hint that cannot be given is no error.
    return undefined;
  }
}
