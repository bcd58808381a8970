import type { CoreEvent } from '../api/event.ts';
import { elapsed } from './elapsed.ts';
import type { Table } from './table.ts';

export interface EventTableOptions {
  readonly now: Date;
  /** Put the namespace first. */
  readonly namespaces?: boolean;
}

/** Events as a table, as `flux events` shows them. */
export function eventTable(events: readonly CoreEvent[], options: EventTableOptions): Table {
  return {
    columns: [
      ...(options.namespaces ? ['namespace'] : []),
      'last seen',
      'type',
      'reason',
      'object',
      'message',
    ],
    rows: events.map((event) => eventRow(event, options)),
  };
}

/** The row of one event. */
export function eventRow(event: CoreEvent, { now, namespaces }: EventTableOptions): readonly string[] {
  const { type, reason, message, involvedObject } = event;
  return [
    ...(namespaces ? [event.metadata.namespace] : []),
    lastSeen(event, now),
    type,
    reason,
    `${involvedObject.kind}/${involvedObject.name}`,
    message.trim(),
  ];
}

function lastSeen({ count, firstTimestamp, lastTimestamp }: CoreEvent, now: Date): string {
  const first = elapsed(new Date(firstTimestamp), now);
  return count > 1 ? `${elapsed(new Date(lastTimestamp), now)} (x${count} over ${first})` : first;
}
