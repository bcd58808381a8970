import * as z from 'zod';

import type { Clock } from '../../model/clock.ts';
import { isTidemarkError, messageOf, TidemarkError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { ApiRequest } from './api-request.ts';
import { asApiStatus } from './api-status.ts';
import type { KubeClient } from './kube-client.ts';
import { refused } from './api-failure.ts';

/** One change, as the API server tells it. `object` is still raw. */
export interface ServerChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: unknown;
  readonly version: string;
}

const change = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional() }),
});

export interface FollowOptions extends Pick<ApiRequest, 'resource' | 'namespace' | 'metadataOnly'> {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** The version of a list, or of the last change that was seen. */
  readonly from: string;
  readonly signal: AbortSignal;
}

/** Growing waits between tries, up to half a minute, spread so that many clients do not come back at once. */
export function reconnectDelayMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(30_000, 400 * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/**
 * All changes after `from`, in order, for as long as `signal` lets it. A watch that the server ends, or that breaks off,
 * is resumed after the last change that came. Throws `WatchExpired` when that is no longer possible: then a new list is
 * needed; and whatever a server that can be reached refuses.
 */
export async function* followChanges(options: FollowOptions): AsyncGenerator<ServerChange> {
  const { resource, signal, clock, log } = options;
  let version = options.from;
  for (let failures = 0; !signal.aborted;) {
    try {
      for await (const line of openWatch(options, version)) {
        failures = 0;
        const next = readChange(line, options);
        version = next.version || version;
        yield { ...next, version };
      }
      // The server ended it, as it does every few minutes.
      if (failures > 0) failures += 1;
    } catch (error) {
      if (signal.aborted) return;
      if (
        !isTidemarkError(
          error,
          'ClusterUnreachable',
          'ClusterThrottled',
          'ClusterFailed',
          'ClusterUnauthorized',
        )
      )
        throw error;
      failures += 1;
      const level = failures === 3 ? 'error' : 'debug';
      log[level]('watch broke off', { kind: resource.kind, failures, error: messageOf(error) });
    }
    if (failures === 0) failures = 1;
    await clock.sleep(reconnectDelayMs(failures), signal).catch(() => undefined);
  }
}

function openWatch(options: FollowOptions, version: string): AsyncGenerator {
  const { client, resource, namespace, metadataOnly = false, labelSelector, fieldSelector, signal } = options;
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: version,
    // Not all at the same moment.
    timeoutSeconds: String(Math.round(300 + Math.random() * 300)),
    labelSelector: labelSelector || undefined,
    fieldSelector: fieldSelector || undefined,
  };
  return client.watch({ verb: 'watch', resource, namespace, metadataOnly, query, signal });
}

function readChange(line: unknown, { resource, client, namespace }: FollowOptions): ServerChange {
  const parsed = change.safeParse(line);
  if (!parsed.success)
    throw new TidemarkError(
      'ClusterFailed',
      `the API server sent something that is no change of ${resource.plural}`,
    );
  const { type, object } = parsed.data;
  if (type === 'ERROR') {
    const body = asApiStatus(object);
    const asked = { verb: 'watch' as const, resource: resource.plural, what: resource.plural, namespace };
    throw refused({ ...asked, server: client.server }, { status: body?.code ?? 500, body });
  }
  return { type, object, version: object.metadata?.resourceVersion ?? '' };
}
