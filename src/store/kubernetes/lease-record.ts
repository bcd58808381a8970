import * as z from 'zod';

import type { ObjectKey } from '../../model/object-key.ts';
import type { Resource } from './resource.ts';

export const leaseResource: Resource = {
  kind: 'Lease',
  apiVersion: 'coordination.k8s.io/v1',
  plural: 'leases',
  namespaced: true,
};

/** coordination.k8s.io/v1 Lease, as far as leaders are elected by it. */
const serverLease = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.int().nullish(),
      acquireTime: z.string().nullish(),
      leaseTransitions: z.int().nullish(),
    })
    .nullish(),
});

export interface LeaseRecord {
  readonly resourceVersion: string;
  /** Empty when nobody holds it. */
  readonly holder: string;
  readonly durationMs: number;
  readonly acquireTime: string | undefined;
  readonly transitions: number;
}

/** Reads a Lease that a server has sent. */
export function readLease(raw: unknown): LeaseRecord {
  const { metadata, spec } = serverLease.parse(raw);
  return {
    resourceVersion: metadata.resourceVersion,
    holder: spec?.holderIdentity ?? '',
    durationMs: (spec?.leaseDurationSeconds ?? 0) * 1000,
    acquireTime: spec?.acquireTime ?? undefined,
    transitions: spec?.leaseTransitions ?? 0,
  };
}

/** The Lease as `holder` writes it; without a holder it is given back, for anybody to take at once. */
export function writeLease(
  key: ObjectKey,
  before: LeaseRecord | undefined,
  now: { readonly holder: string; readonly durationMs: number; readonly time: Date },
): object {
  const isTaken = now.holder !== '' && now.holder !== before?.holder;
  // Kubernetes' MicroTime.
  const time = now.time.toISOString().replace('Z', '000Z');
  return {
    apiVersion: leaseResource.apiVersion,
    kind: leaseResource.kind,
    metadata: { ...key, resourceVersion: before?.resourceVersion },
    spec: {
      holderIdentity: now.holder,
      leaseDurationSeconds: now.holder === '' ? 1 : Math.round(now.durationMs / 1000),
      acquireTime: isTaken ? time : (before?.acquireTime ?? time),
      renewTime: time,
      leaseTransitions: (before?.transitions ?? 0) + (isTaken && before !== undefined ? 1 : 0),
    },
  };
}
