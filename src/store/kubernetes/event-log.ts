import type { CoreEvent } from '../../api/event.ts';
import type { Clock } from '../../model/clock.ts';
import { isTidemarkError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { Turns } from '../../model/turns.ts';
import type { EventLog, EventQuery, EventRecord } from '../store.ts';
import { eventResource, fromServerEvent, shorten, toServerEvent } from './core-event.ts';
import { EventCorrelator } from './event-correlator.ts';
import type { Correlation } from './event-correlator.ts';
import { followChanges } from './follow-changes.ts';
import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import { isLater } from './version-order.ts';

export interface KubernetesEventLogOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Who reports: `kubectl describe` shows it. */
  readonly component: string;
}

/** So many may wait to be stored; events are news, not the record. */
const mostWaiting = 1000;

/**
 * core/v1 Events in the namespace of their object.
 *
 * `record` does not wait for the server, and never fails: an event that cannot be stored is said in the log. Reading waits for what
 * was recorded before. Namespaces take turns, and when too many events wait the namespace that has most of them loses one.
 */
export class KubernetesEventLog implements EventLog {
  readonly #options: KubernetesEventLogOptions;
  readonly #correlator = new EventCorrelator();
  readonly #waiting = new Turns<EventRecord>();
  #dropped = 0;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(options: KubernetesEventLogOptions) {
    this.#options = options;
  }

  async record(event: EventRecord): Promise<void> {
    this.#waiting.add(event.object.metadata.namespace, { ...event, message: shorten(event.message) });
    if (this.#waiting.size > mostWaiting) this.#drop();
    if (!this.#isWriting) this.#writing = this.#writeWaiting();
  }

  /** Resolves when everything that was recorded is stored, or was given up. */
  async flush(): Promise<void> {
    while (this.#isWriting) await this.#writing;
  }

  async list(query: EventQuery = {}): Promise<readonly CoreEvent[]> {
    const { events } = await this.#list(query);
    return events;
  }

  async *watch(options: EventQuery & { readonly signal: AbortSignal }): AsyncGenerator<CoreEvent> {
    const { signal } = options;
    for (let told = ''; !signal.aborted;) {
      const { events, version } = await this.#list(options, signal);
      // After a watch that could not resume only what is new is told.
      for (const event of events) if (told === '' || isLater(versionOf(event), told)) yield event;
      told = version;
      try {
        for await (const event of this.#follow(options, version)) {
          told = versionOf(event);
          yield event;
        }
      } catch (error) {
        if (!isTidemarkError(error, 'WatchExpired')) throw error;
      }
    }
  }

  async *#follow(
    options: EventQuery & { readonly signal: AbortSignal },
    from: string,
  ): AsyncGenerator<CoreEvent> {
    const watch = { ...this.#options, resource: eventResource, ...narrowed(options), from };
    for await (const { type, object } of followChanges({ ...watch, signal: options.signal })) {
      const event = type === 'ADDED' || type === 'MODIFIED' ? fromServerEvent(object) : undefined;
      if (event !== undefined) yield event;
    }
  }

  async #list(
    query: EventQuery,
    signal?: AbortSignal,
  ): Promise<{ readonly events: readonly CoreEvent[]; readonly version: string }> {
    await this.flush();
    const events: CoreEvent[] = [];
    const version = await listPages(
      { client: this.#options.client, resource: eventResource, ...narrowed(query), signal },
      (items) => events.push(...items.map(fromServerEvent).filter((event) => event !== undefined)),
    );
    return { events: events.toSorted(byTime), version };
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    // What was recorded in the same moment is written in its order, one after the other.
    await Promise.resolve();
    for (let event = this.#waiting.next(); event !== undefined; event = this.#waiting.next())
      await this.#store(event);
    this.#isWriting = false;
    if (this.#dropped > 0) this.#options.log.error('events were dropped', { count: this.#dropped });
    this.#dropped = 0;
  }

  /** Said once, and counted at the end: a flood must not become one of log lines. */
  #drop(): void {
    const event = this.#waiting.dropOfLongest();
    this.#dropped += 1;
    if (event !== undefined && this.#dropped === 1)
      this.#options.log.error('too many events wait to be stored, some are dropped', nameEvent(event));
  }

  async #store(event: EventRecord): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const correlation = this.#correlator.correlate(event, clock.monotonicMs());
      if (correlation.action === 'drop') log.debug('event not stored: its object has many', nameEvent(event));
      else if (correlation.action === 'count') await this.#count(event, correlation);
      else await this.#create(event, correlation);
    } catch (error) {
      log.error('cannot store an event', { ...nameEvent(event), error: messageOf(error) });
    }
  }

  async #create(
    event: EventRecord,
    { id, message }: { readonly id: string; readonly message: string },
  ): Promise<void> {
    const { client, component } = this.#options;
    const now = this.#options.clock.now();
    const { namespace } = event.object.metadata;
    const at = seconds(now);
    // Unique as client-go makes it: by the time, here with a part that is our own.
    const unique = ((BigInt(now.getTime()) << 20n) | BigInt(Math.floor(Math.random() * 2 ** 20))).toString(
      16,
    );
    const name = `${event.object.metadata.name.slice(0, 230)}.${unique}`;
    const body = toServerEvent(event, { name, message, component, at });
    await client.request({ verb: 'create', resource: eventResource, key: { namespace, name }, body });
    this.#correlator.stored(id, { name, count: 1, firstTimestamp: at });
  }

  async #count(event: EventRecord, correlation: Extract<Correlation, { action: 'count' }>): Promise<void> {
    const { id, message, stored } = correlation;
    const { namespace } = event.object.metadata;
    const count = stored.count + 1;
    const lastTimestamp = seconds(this.#options.clock.now());
    const body = { count, lastTimestamp, message: shorten(message) };
    const key = { namespace, name: stored.name };
    try {
      await this.#options.client.request({ verb: 'patch', resource: eventResource, key, body });
      this.#correlator.stored(id, { ...stored, count });
    } catch (error) {
      // Events are kept for an hour.
      if (!isTidemarkError(error, 'NotFound')) throw error;
      this.#correlator.forget(id);
      await this.#create(event, { id, message });
    }
  }
}

function narrowed({ namespace, kind, name }: EventQuery): {
  readonly namespace: string | undefined;
  readonly fieldSelector: string | undefined;
} {
  const terms = [
    ...(kind === undefined ? [] : [`involvedObject.kind=${kind}`]),
    ...(name === undefined ? [] : [`involvedObject.name=${name}`]),
  ];
  return { namespace, fieldSelector: terms.length === 0 ? undefined : terms.join(',') };
}

function byTime(a: CoreEvent, b: CoreEvent): number {
  if (a.lastTimestamp !== b.lastTimestamp) return a.lastTimestamp < b.lastTimestamp ? -1 : 1;
  return isLater(versionOf(a), versionOf(b)) ? 1 : -1;
}

function versionOf(event: CoreEvent): string {
  return event.metadata.resourceVersion ?? '';
}

/** RFC 3339 with whole seconds, as Kubernetes has it. */
function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function nameEvent({ kind, object, reason }: EventRecord): Readonly<Record<string, string>> {
  return { kind, name: `${object.metadata.namespace}/${object.metadata.name}`, reason };
}
