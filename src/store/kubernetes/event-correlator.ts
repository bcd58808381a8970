import { createHash } from 'node:crypto';

import type { EventRecord } from '../store.ts';

/** An event that has been stored, and may be counted up. */
export interface StoredEvent {
  readonly name: string;
  readonly count: number;
  readonly firstTimestamp: string;
}

/** What is to be done about one event. */
export type Correlation =
  | { readonly action: 'create'; readonly id: string; readonly message: string }
  | { readonly action: 'count'; readonly id: string; readonly message: string; readonly stored: StoredEvent }
  /** Its object has said too much. */
  | { readonly action: 'drop' };

interface Budget {
  tokens: number;
  countedAtMs: number;
}

interface Similar {
  /** Digests of messages. */
  messages: Set<string>;
  sinceMs: number;
}

// As Kubernetes' own recorder has them.
const mostRemembered = 4096;
const burst = 25;
const msPerToken = 300_000;
const mostDistinct = 10;
const similarWithinMs = 600_000;

/**
 * Keeps events from flooding a cluster: the same event raises a count; of many that differ only in their message the later ones are
 * told as one; and an object has a budget. Everything is remembered in bounds.
 */
export class EventCorrelator {
  readonly #stored = new Map<string, StoredEvent>();
  readonly #similar = new Map<string, Similar>();
  readonly #budgets = new Map<string, Budget>();

  correlate(event: EventRecord, nowMs: number): Correlation {
    const { namespace, name, uid = '' } = event.object.metadata;
    const object = [event.kind, namespace, name, uid].join('\n');
    // As it is stored: a trace is a normal event there.
    const type = event.type === 'Warning' ? 'Warning' : 'Normal';
    const group = [object, type, event.reason].join('\n');
    // A message may have tens of kilobytes, and thousands are remembered.
    const digest = createHash('sha256').update(event.message).digest('base64');
    const isCombined = this.#isOneOfMany(group, digest, nowMs);
    const message = isCombined ? `(combined from similar events): ${event.message}` : event.message;
    const id = `${group}\n${isCombined ? 'combined' : digest}`;
    if (!this.#spend(object, nowMs)) return { action: 'drop' };
    const stored = this.#stored.get(id);
    return stored === undefined
      ? { action: 'create', id, message }
      : { action: 'count', id, message, stored };
  }

  /** The event now stands in the cluster like this. */
  stored(id: string, event: StoredEvent): void {
    remember(this.#stored, id, event);
  }

  /** The cluster has let go of the event. */
  forget(id: string): void {
    this.#stored.delete(id);
  }

  #isOneOfMany(group: string, digest: string, nowMs: number): boolean {
    const known = this.#similar.get(group);
    const similar =
      known === undefined || nowMs - known.sinceMs > similarWithinMs
        ? { messages: new Set<string>(), sinceMs: nowMs }
        : known;
    remember(this.#similar, group, similar);
    if (similar.messages.has(digest)) return false;
    if (similar.messages.size >= mostDistinct) return true;
    similar.messages.add(digest);
    return false;
  }

  #spend(object: string, nowMs: number): boolean {
    const budget = this.#budgets.get(object) ?? { tokens: burst, countedAtMs: nowMs };
    budget.tokens = Math.min(burst, budget.tokens + (nowMs - budget.countedAtMs) / msPerToken);
    budget.countedAtMs = nowMs;
    remember(this.#budgets, object, budget);
    if (budget.tokens < 1) return false;
    budget.tokens -= 1;
    return true;
  }
}

/** Puts an entry last, and lets go of the first when there are too many. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size > mostRemembered) map.delete(oldest);
}
