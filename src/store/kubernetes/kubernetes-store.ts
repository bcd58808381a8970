import { kindNames } from '../../api/kinds.ts';
import type { KindName } from '../../api/kinds.ts';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../../model/log.ts';
import type { EventLog, ObjectStore } from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import { CachedReader } from './cached-reader.ts';
import { DirectReader } from './direct-reader.ts';
import { KubernetesEventLog } from './event-log.ts';
import type { KubeClient } from './kube-client.ts';
import { NamespaceReader } from './namespace-reader.ts';
import type { ObjectReader } from './object-reader.ts';
import { KubernetesObjectStore } from './object-store.ts';
import type { Access, AccessByKind } from './object-store.ts';
import { ObjectWriter } from './object-writer.ts';
import { Reflector } from './reflector.ts';
import type { CacheState } from './reflector.ts';

export interface KubernetesStoreOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Kinds that are kept in memory and followed: for a controller. One command asks the server each time. */
  readonly cached: readonly KindName[];
  /** Cached kinds are those of this namespace only. */
  readonly namespace?: string | undefined;
  /** Cached kinds of which only a shard is kept. */
  readonly selectors?: Readonly<Partial<Record<KindName, string>>>;
  /** Who reports events. */
  readonly component: string;
  /** Tells versions of this process from those of another. */
  readonly epoch: string;
}

export interface KubernetesStore {
  readonly objects: ObjectStore;
  readonly events: EventLog;
  /** How far each cache is. */
  states(): ReadonlyMap<KindName, CacheState>;
  /** Begins to fill the caches; resolves when each has been filled, however many tries that takes, or the cluster does not have its kind. */
  fill(): Promise<void>;
  /** Every cache has been filled once. It stays readable when the server goes away. */
  isFilled(): boolean;
  /** Resolves when the events that wait are stored: for the end of a leader, before it gives its lease back. */
  flush(): Promise<void>;
  /** Stores the events that wait, and stops following. The client stays open: it is not ours. */
  close(): Promise<void>;
}

/** What is asked of a cache, whatever its kind. */
type AnyReflector = Pick<Reflector<KindName>, 'state' | 'isFilled' | 'filled' | 'close'>;

/** So many changes can a slow reader fall behind and still catch up. Each holds on to an object. */
const keptChanges = 256;

/** Objects and events in a cluster. */
export function openKubernetesStore(options: KubernetesStoreOptions): KubernetesStore {
  const hub = new WatchHub(options.epoch, keptChanges);
  const reflectors = new Map<KindName, AnyReflector>();
  const accessTo = <K extends KindName>(kind: K): Access<K> => {
    const fresh = new DirectReader({ ...options, kind });
    const reader = options.cached.includes(kind)
      ? new CachedReader(kind, reflectorOf(kind, options, { hub, reflectors }), hub)
      : onDemand(kind, fresh, options.clock);
    return { reader, writer: new ObjectWriter({ kind, client: options.client, reader, fresh }) };
  };
  const access = Object.fromEntries(kindNames.map((kind) => [kind, accessTo(kind)]));
  const events = new KubernetesEventLog(options);
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made from every kind's own name just above
    objects: new KubernetesObjectStore(access as unknown as AccessByKind),
    events,
    states: () => new Map([...reflectors].map(([kind, { state }]) => [kind, state])),
    fill: async () => {
      await Promise.all([...reflectors.values()].map((reflector) => reflector.filled()));
    },
    isFilled: () => [...reflectors.values()].every(({ isFilled }) => isFilled),
    flush: () => events.flush(),
    close: async () => {
      await events.flush();
      await Promise.all([...reflectors.values()].map((reflector) => reflector.close()));
    },
  };
}

function reflectorOf<K extends KindName>(
  kind: K,
  options: KubernetesStoreOptions,
  { hub, reflectors }: { readonly hub: WatchHub; readonly reflectors: Map<KindName, AnyReflector> },
): Reflector<K> {
  const reflector = new Reflector({ ...options, kind, hub, labelSelector: options.selectors?.[kind] });
  reflectors.set(kind, reflector);
  return reflector;
}

function onDemand<K extends KindName>(kind: K, fresh: DirectReader<K>, clock: Clock): ObjectReader<K> {
  return kind === 'Namespace' ? new NamespaceReader(fresh, clock) : fresh;
}
