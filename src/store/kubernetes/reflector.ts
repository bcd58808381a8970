import type { KindName, Kinds } from '../../api/kinds.ts';
import type { Clock } from '../../model/clock.ts';
import { isTidemarkError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { WatchHub } from '../watch-hub.ts';
import { followChanges, reconnectDelayMs } from './follow-changes.ts';
import type { ServerChange } from './follow-changes.ts';
import { KindCache } from './kind-cache.ts';
import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import { ObjectCodec } from './object-codec.ts';
import { resourceOf } from './resource.ts';

export interface ReflectorOptions<K extends KindName> {
  readonly kind: K;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly hub: WatchHub;
  /** Only this namespace. */
  readonly namespace?: string | undefined;
  /** Only what this selects: a shard. */
  readonly labelSelector?: string | undefined;
}

/** How far a cache is. */
export type CacheState =
  | { readonly state: 'filling' | 'ready' }
  /** The cluster does not have the kind: there is nothing to show, and it is looked for again. */
  | { readonly state: 'not-served'; readonly problem: string }
  | { readonly state: 'failing'; readonly problem: string };

/** How often a kind is looked for that the cluster does not have. */
const lookAgainMs = 30_000;

/** Keeps the cache of one kind like the server: a list, then a watch from there, for ever; a new list when the watch cannot resume. */
export class Reflector<K extends KindName> {
  readonly cache: KindCache<K>;
  readonly #options: ReflectorOptions<K>;
  readonly #codec: ObjectCodec<K>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #state: CacheState = { state: 'filling' };
  #filled = patient();

  constructor(options: ReflectorOptions<K>) {
    this.#options = options;
    this.#codec = new ObjectCodec(options.kind);
    this.cache = new KindCache(options.kind, (happening) => options.hub.publish(happening));
  }

  get state(): CacheState {
    return this.#state;
  }

  /** Resolves when the cache shows what the server has. Rejects when the try that is under way fails; the next ones go on. */
  async ready(): Promise<void> {
    this.#running ??= this.#run();
    await this.#filled.promise;
  }

  /** The cache shows, or has once shown, what the server has; or there is nothing of the kind to show. */
  get isFilled(): boolean {
    return this.cache.reached !== '0' || this.#state.state === 'not-served';
  }

  /** Resolves when the cache is filled, however many tries that takes. */
  async filled(): Promise<void> {
    for (;;) {
      try {
        await this.ready();
        return;
      } catch (error) {
        // The log says why, and the next try is on its way.
        if (this.#stop.signal.aborted) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('closed'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        const version = await this.#fill();
        failures = 0;
        await this.#follow(version);
      } catch (error) {
        if (signal.aborted) break;
        failures = this.#failed(error, failures);
      }
      const isMissing = this.#state.state === 'not-served';
      const delayMs = isMissing ? lookAgainMs : reconnectDelayMs(failures);
      await this.#options.clock.sleep(delayMs, signal).catch(() => undefined);
    }
    this.#filled.reject(signal.reason);
  }

  /** Lists everything. A list that breaks off changes nothing. */
  async #fill(): Promise<string> {
    const { client, kind, namespace, labelSelector } = this.#options;
    const objects: Kinds[K][] = [];
    const { reached } = this.cache;
    const version = await listPages(
      {
        client,
        resource: resourceOf(kind),
        namespace,
        labelSelector,
        signal: this.#stop.signal,
        // After a try that failed the newest truth is asked for, whatever we have seen: it may lie before that.
        notOlderThan: reached === '0' || this.#state.state !== 'ready' ? undefined : reached,
      },
      (items) => objects.push(...items.map((item) => this.#codec.fromServer(item))),
    );
    this.cache.replace(objects, version);
    this.#state = { state: 'ready' };
    this.#filled.resolve();
    return version;
  }

  async #follow(version: string): Promise<void> {
    const { kind } = this.#options;
    const changes = followChanges({
      ...this.#options,
      resource: resourceOf(kind),
      from: version,
      signal: this.#stop.signal,
    });
    for await (const change of changes) this.#apply(change);
  }

  #apply({ type, object, version }: ServerChange): void {
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        return this.cache.present(this.#codec.fromServer(object), version);
      case 'DELETED':
        return this.cache.absent(this.#codec.fromServer(object), version);
      case 'BOOKMARK':
        return this.cache.passed(version);
    }
  }

  #failed(error: unknown, failures: number): number {
    const { kind, log } = this.#options;
    if (isTidemarkError(error, 'WatchExpired')) {
      log.debug('watch cannot resume, listing anew', { kind });
      // A list of that moment may be refused in the same way: then the next try asks for the newest.
      if (failures > 0) this.#state = { state: 'failing', problem: messageOf(error) };
      return failures + 1;
    }
    const problem = messageOf(error);
    if (isTidemarkError(error, 'KindNotServed')) {
      if (this.#state.state !== 'not-served')
        log.error('the cluster does not have a kind', { kind, problem });
      this.#state = { state: 'not-served', problem };
      this.cache.replace([], this.cache.reached);
      this.#filled.resolve();
      return 0;
    }
    log.error('cannot list', { kind, problem });
    this.#state = { state: 'failing', problem };
    // Once filled the cache stays readable, whatever becomes of the connection.
    if (this.cache.reached === '0') {
      this.#filled.reject(error);
      this.#filled = patient();
    }
    return failures + 1;
  }
}

/** A promise that may fail without anybody listening. */
function patient(): PromiseWithResolvers<void> {
  const pending = Promise.withResolvers<void>();
  pending.promise.catch(() => undefined);
  return pending;
}
