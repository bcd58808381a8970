import { Counter, Gauge, type Registry } from 'prom-client';

/** A question for a login of a cloud or a forge, as far as metrics care. */
export interface MeasuredLogin {
  readonly type: 'hit' | 'miss' | 'exchanged' | 'failed' | 'refused' | 'eviction';
  /** For which object; there for hits and misses. */
  readonly purpose?: { readonly kind: string; readonly namespace: string; readonly name: string };
  /** So many logins are kept now. */
  readonly size: number;
}

/** The metrics of the cache of logins, with Flux's names. */
export class LoginMetrics {
  readonly #events: Counter<'event_type' | 'kind' | 'name' | 'namespace' | 'operation'>;
  readonly #requests: Counter<'status'>;
  readonly #evictions: Counter;
  readonly #items: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#events = new Counter({
      name: 'gotk_token_cache_events_total',
      help: 'Logins of clouds and forges that objects asked for, by whether one was kept.',
      labelNames: ['event_type', 'kind', 'name', 'namespace', 'operation'],
      registers,
    });
    this.#requests = new Counter({
      name: 'gotk_token_cache_requests_total',
      help: 'Requests for logins, by whether there was one in the end.',
      labelNames: ['status'],
      registers,
    });
    this.#evictions = new Counter({
      name: 'gotk_token_cache_evictions_total',
      help: 'Logins that gave way to others.',
      registers,
    });
    this.#items = new Gauge({
      name: 'gotk_token_cached_items',
      help: 'Logins that are kept.',
      registers,
    });
  }

  note({ type, purpose, size }: MeasuredLogin): void {
    this.#items.set(size);
    if (purpose !== undefined)
      this.#events.inc({ event_type: `cache_${type}`, ...labelsOf(purpose), operation });
    if (type === 'hit' || type === 'exchanged') this.#requests.inc({ status: 'success' });
    if (type === 'failed') this.#requests.inc({ status: 'failure' });
    if (type === 'eviction') this.#evictions.inc();
  }

  /** An object that is gone is not told of any more. */
  forget(object: { readonly kind: string; readonly namespace: string; readonly name: string }): void {
    for (const event_type of ['cache_hit', 'cache_miss'])
      this.#events.remove({ event_type, ...labelsOf(object), operation });
  }
}

const operation = 'reconcile';

function labelsOf({ kind, namespace, name }: NonNullable<MeasuredLogin['purpose']>) {
  return { kind, name, namespace };
}
