import { hostname } from 'node:os';
import { eventAnnotationPrefix } from '../../api/annotations.ts';
import { HttpClient } from '../../http/http-client.ts';
import { Trust } from '../../http/trust.ts';
import type { Clock } from '../../model/clock.ts';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { Turns } from '../../model/turns.ts';
import type { EventLog, EventRecord } from '../../store/store.ts';

export interface PostDeps {
  readonly address: URL;
  readonly component: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  /** Its variables name certificates that are trusted. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const timeoutMs = 5000;
const tries = 4;
const firstPauseMs = 500;
const maxMessageLength = 39_000;
/** So many are posted at a time, and so many may wait: a receiver that hangs must not fill the memory. */
const atOnce = 16;
const mostWaiting = 1000;

/** An event log that also posts each event to Flux's notification endpoint. Trace events stay here, as in Flux. */
export class PostedEvents implements EventLog {
  readonly #events: EventLog;
  readonly #deps: PostDeps;
  readonly #http: HttpClient;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #waiting = new Turns<EventRecord>();

  constructor(events: EventLog, deps: PostDeps) {
    this.#events = events;
    this.#deps = deps;
    this.#http = new HttpClient({
      userAgent: deps.userAgent,
      trust: new Trust(deps.environment, deps.log),
    });
  }

  list(...query: Parameters<EventLog['list']>): ReturnType<EventLog['list']> {
    return this.#events.list(...query);
  }

  watch(...query: Parameters<EventLog['watch']>): ReturnType<EventLog['watch']> {
    return this.#events.watch(...query);
  }

  async record(event: EventRecord): Promise<void> {
    await this.#events.record(event);
    if (event.type === 'Trace') return;
    // A notification must not hold up the next run.
    this.#waiting.add(event.object.metadata.namespace, event);
    const dropped = this.#waiting.size > mostWaiting ? this.#waiting.dropOfLongest() : undefined;
    if (dropped !== undefined)
      this.#deps.log.debug('too many events wait to be posted, one is dropped', { reason: dropped.reason });
    this.#postNext();
  }

  #postNext(): void {
    if (this.#underWay.size >= atOnce || this.#stop.signal.aborted) return;
    const event = this.#waiting.next();
    if (event === undefined) return;
    const post = this.#post(event).finally(() => {
      this.#underWay.delete(post);
      this.#postNext();
    });
    this.#underWay.add(post);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#underWay);
    await this.#http.close();
  }

  async #post(event: EventRecord): Promise<void> {
    const body = JSON.stringify(notification(event, this.#deps));
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#try(body);
      if (failure === undefined) return;
      if (attempt === tries || this.#stop.signal.aborted) {
        this.#deps.log.error('could not post an event', { address: this.#deps.address.host, error: failure });
        return;
      }
      await this.#deps.clock.sleep(firstPauseMs * 2 ** attempt, this.#stop.signal).catch(() => undefined);
    }
  }

  /** Why it failed; undefined when it did not. 429 says that the event is known already. */
  async #try(body: string): Promise<string | undefined> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeoutMs)]);
    const request = {
      method: 'POST',
      url: this.#deps.address,
      headers: { 'content-type': 'application/json' },
      body,
    } as const;
    try {
      const { status } = await this.#http.send(request, {}, signal);
      return status < 300 || status === 429 ? undefined : `status ${status}`;
    } catch (error) {
      return messageOf(error);
    }
  }
}

/** The body of a notification: `Event` of notification-controller. */
function notification(
  { kind, object, type, reason, message }: EventRecord,
  { component, clock }: PostDeps,
): object {
  const { metadata, apiVersion } = object;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) =>
    key.startsWith(eventAnnotationPrefix),
  );
  return {
    involvedObject: {
      kind,
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      apiVersion,
      resourceVersion: metadata.resourceVersion,
    },
    severity: type === 'Warning' ? 'error' : 'info',
    timestamp: clock.now().toISOString(),
    message: message.slice(0, maxMessageLength),
    reason,
    ...(annotations.length === 0 ? {} : { metadata: Object.fromEntries(annotations) }),
    reportingController: component,
    reportingInstance: hostname(),
  };
}
