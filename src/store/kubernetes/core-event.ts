import * as z from 'zod';

import type { CoreEvent } from '../../api/event.ts';
import { isKindName, kindDefinitions } from '../../api/kinds.ts';
import type { EventRecord } from '../store.ts';
import type { Resource } from './resource.ts';

export const eventResource: Resource = {
  kind: 'Event',
  apiVersion: 'v1',
  plural: 'events',
  namespaced: true,
};

/** In bytes: as long as Flux lets a message be. A core/v1 Event may be longer (only events.k8s.io stops at 1024), but etcd keeps each for an hour. */
const longestMessage = 39_000;

const serverEvent = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    resourceVersion: z.string().optional(),
    creationTimestamp: z.string().nullish(),
  }),
  involvedObject: z.looseObject({
    apiVersion: z.string().catch(''),
    kind: z.string().catch(''),
    namespace: z.string().catch(''),
    name: z.string().catch(''),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
  }),
  type: z.string().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  count: z.number().nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  source: z.looseObject({ component: z.string().optional() }).nullish(),
  reportingComponent: z.string().nullish(),
});

export interface NewEvent {
  readonly name: string;
  readonly message: string;
  readonly component: string;
  /** RFC 3339, whole seconds. */
  readonly at: string;
}

/** The object to create for an event. */
export function toServerEvent(event: EventRecord, { name, message, component, at }: NewEvent): object {
  const { apiVersion, metadata } = event.object;
  const { namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { apiVersion, kind: event.kind, namespace, name: metadata.name, uid, resourceVersion },
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason,
    message: shorten(message),
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
  };
}

/** An event about one of our objects, or undefined for any other. */
export function fromServerEvent(raw: unknown): CoreEvent | undefined {
  const parsed = serverEvent.safeParse(raw);
  if (!parsed.success || !isOurs(parsed.data.involvedObject)) return undefined;
  const { metadata, involvedObject, ...event } = parsed.data;
  const created = metadata.creationTimestamp ?? '';
  const first = event.firstTimestamp ?? event.eventTime ?? created;
  const component = event.source?.component ?? event.reportingComponent ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      resourceVersion: metadata.resourceVersion,
      creationTimestamp: created,
    },
    involvedObject: {
      apiVersion: involvedObject.apiVersion,
      kind: involvedObject.kind,
      namespace: involvedObject.namespace,
      name: involvedObject.name,
      uid: involvedObject.uid,
      resourceVersion: involvedObject.resourceVersion,
    },
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? '',
    count: event.count ?? 1,
    firstTimestamp: first,
    lastTimestamp: event.lastTimestamp ?? first,
    source: { component },
    reportingComponent: event.reportingComponent ?? component,
  };
}

/** Cut at a whole character, so that it fits. */
export function shorten(message: string): string {
  if (Buffer.byteLength(message) <= longestMessage) return message;
  const cut = Buffer.from(message).subarray(0, longestMessage - 3);
  // What is left of a character that was cut in two is no character.
  return `${cut.toString('utf8').replace(/\uFFFD+$/u, '')}...`;
}

function isOurs({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  if (!isKindName(kind)) return false;
  const [group, version] = apiVersion.split('/');
  return kindDefinitions[kind].group === (version === undefined ? '' : group);
}
