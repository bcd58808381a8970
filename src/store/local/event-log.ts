import type { CoreEvent } from '../../api/event.ts';
import type { Clock } from '../../model/clock.ts';
import type { EventLog, EventQuery, EventRecord } from '../store.ts';
import type { Row, StateDatabase } from './state-database.ts';
import type { StateWriter } from './state-writer.ts';

export interface LocalEventLogOptions {
  readonly database: StateDatabase;
  readonly writer: StateWriter;
  readonly clock: Pick<Clock, 'now'>;
  /** The newest are kept. */
  readonly keepInAll?: number;
  readonly keepPerObject?: number;
}

/** As long as Flux lets a message be. */
const longestMessage = 39_000;

/** Events in the state database. */
export class LocalEventLog implements EventLog {
  readonly #options: LocalEventLogOptions;
  readonly #keepInAll: number;
  readonly #keepPerObject: number;
  readonly #waiting = new Set<() => void>();

  constructor(options: LocalEventLogOptions) {
    this.#options = options;
    this.#keepInAll = options.keepInAll ?? 10_000;
    this.#keepPerObject = options.keepPerObject ?? 100;
  }

  record(event: EventRecord): Promise<void> {
    const { database, writer, clock } = this.#options;
    const at = clock.now().toISOString();
    const { metadata, apiVersion } = event.object;
    const { namespace, name, uid = '', resourceVersion = '' } = metadata;
    const type = event.type === 'Warning' ? 'Warning' : 'Normal';
    return writer.submit('crash', (transaction) => {
      const revision = transaction.nextRevision();
      database.run(
        `INSERT INTO event (revision, kind, namespace, name, uid, api_version, resource_version, type, reason, message, count, first, last)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
         ON CONFLICT (kind, namespace, name, uid, type, reason, message) DO UPDATE SET
           count = count + 1, last = max(last, excluded.last), revision = excluded.revision, resource_version = excluded.resource_version`,
        [
          revision,
          event.kind,
          namespace,
          name,
          uid,
          apiVersion,
          resourceVersion,
          type,
          event.reason,
          shorten(event.message),
          at,
          at,
        ],
      );
      this.#prune(event.kind, namespace, name);
    });
  }

  async list(query: EventQuery = {}): Promise<readonly CoreEvent[]> {
    return this.#since(0, query).map(({ event }) => event);
  }

  async *watch(options: EventQuery & { readonly signal: AbortSignal }): AsyncGenerator<CoreEvent> {
    const { signal } = options;
    let reached = 0;
    while (!signal.aborted) {
      for (const { revision, event } of this.#since(reached, options)) {
        reached = revision;
        yield event;
        if (signal.aborted) return;
      }
      await this.#news(signal);
    }
  }

  /** Something was written, here or by another process. */
  poke(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #since(
    revision: number,
    { namespace, kind, name }: EventQuery,
  ): readonly { readonly revision: number; readonly event: CoreEvent }[] {
    const rows = this.#options.database.all(
      `SELECT * FROM event WHERE revision > ?1 AND (?2 IS NULL OR namespace = ?2) AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR name = ?4)
       ORDER BY revision`,
      [revision, namespace ?? null, kind ?? null, name ?? null],
    );
    return rows.map((row) => ({ revision: Number(row['revision']), event: toCoreEvent(row) }));
  }

  #prune(kind: string, namespace: string, name: string): void {
    const { database } = this.#options;
    database.run(
      `DELETE FROM event WHERE kind = ?1 AND namespace = ?2 AND name = ?3 AND revision <=
         (SELECT revision FROM event WHERE kind = ?1 AND namespace = ?2 AND name = ?3 ORDER BY revision DESC LIMIT 1 OFFSET ?4)`,
      [kind, namespace, name, this.#keepPerObject],
    );
    database.run(
      'DELETE FROM event WHERE revision <= (SELECT revision FROM event ORDER BY revision DESC LIMIT 1 OFFSET ?)',
      [this.#keepInAll],
    );
  }
}

function toCoreEvent(row: Row): CoreEvent {
  const text = (column: string): string => String(row[column]);
  const optional = (column: string): string | undefined => (row[column] === '' ? undefined : text(column));
  const first = seconds(text('first'));
  const name = `${text('name')}.${Number(row['id']).toString(16).padStart(16, '0')}`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name,
      namespace: text('namespace'),
      resourceVersion: text('revision'),
      creationTimestamp: first,
    },
    involvedObject: {
      apiVersion: text('api_version'),
      kind: text('kind'),
      namespace: text('namespace'),
      name: text('name'),
      uid: optional('uid'),
      resourceVersion: optional('resource_version'),
    },
    type: row['type'] === 'Warning' ? 'Warning' : 'Normal',
    reason: text('reason'),
    message: text('message'),
    count: Number(row['count']),
    firstTimestamp: first,
    lastTimestamp: seconds(text('last')),
    source: { component: 'tidemark' },
    reportingComponent: 'tidemark',
  };
}

/** RFC 3339 with whole seconds, as Kubernetes has it. */
function seconds(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}

function shorten(message: string): string {
  return message.length <= longestMessage
    ? message
    : `${message.slice(0, longestMessage - 3).toWellFormed()}...`;
}
