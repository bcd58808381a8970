import { z } from 'zod';
import type { ObjectName } from './home.ts';
import type { ObservedEvent, Status } from './scenario.ts';

const statusList = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      status: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});

const eventList = z.object({
  items: z.array(
    z.object({
      involvedObject: z.object({ kind: z.string(), name: z.string(), namespace: z.string() }),
      type: z.string(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
});

/** The statuses in a List of objects. */
export function statusesIn(list: unknown): readonly (ObjectName & { readonly status: Status })[] {
  return statusList.parse(list).items.map(({ kind, metadata, status }) => ({ kind, ...metadata, status }));
}

/** The events in a List of them. */
export function eventsIn(list: unknown): readonly (ObjectName & { readonly event: ObservedEvent })[] {
  return eventList.parse(list).items.map(({ involvedObject, type, reason, message }) => ({
    ...involvedObject,
    event: [type, reason, message],
  }));
}
