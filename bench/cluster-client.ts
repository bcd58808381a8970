import { readDocuments } from '../src/api/read-documents.ts';
import { systemClock } from '../src/app/clock.ts';
import { silentLog } from '../src/model/log.ts';
import { openKubernetesStore, type KubernetesStore } from '../src/store/kubernetes/kubernetes-store.ts';
import { clientOf, connectionTo } from '../test/e2e/cluster/harness/admin-client.ts';
import type { ControlPlane } from '../test/e2e/cluster/harness/control-plane.ts';

/** So many objects are made or asked for at a time. */
const atOnce = 32;

/** An administrator who is in a hurry: makes many objects at once, and sees at once what becomes of policies. */
export interface ClusterClient {
  readonly store: KubernetesStore;
  /** Every object of these texts. */
  create(texts: Iterable<string>): Promise<void>;
  /** How many policies have selected something. */
  selected(): Promise<number>;
  close(): Promise<void>;
}

export async function openClusterClient(controlPlane: ControlPlane): Promise<ClusterClient> {
  const client = clientOf(connectionTo(controlPlane));
  const store = openKubernetesStore({
    client,
    clock: systemClock,
    log: silentLog,
    cached: ['ImagePolicy'],
    component: 'bench',
    epoch: 'bench',
  });
  await store.fill();
  return {
    store,
    create: (texts) =>
      eachAtOnce(texts, async (text) => {
        for (const { object } of readDocuments(Buffer.from(text), 'bench').objects)
          await store.objects.create(object);
      }),
    selected: async () => {
      const { items } = await store.objects.list('ImagePolicy');
      return items.filter(({ status }) => status?.latestRef !== undefined).length;
    },
    close: async () => {
      await store.close();
      await client.close();
    },
  };
}

export async function eachAtOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
