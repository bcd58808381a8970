import * as z from 'zod';

import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import type { ApiRequest } from './api-request.ts';
import type { KubeClient } from './kube-client.ts';

const page = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullish(),
});

export interface ListPagesOptions extends Pick<
  ApiRequest,
  'resource' | 'namespace' | 'metadataOnly' | 'signal'
> {
  readonly client: KubeClient;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** What has been seen already: the list is at least as new. Without it the list is what is true now. */
  readonly notOlderThan?: string | undefined;
}

/** Small enough that what a page is read from is soon garbage. */
const itemsPerPage = '200';

/** Called with the items of each page. Returns the version of the whole list. */
export async function listPages(
  options: ListPagesOptions,
  take: (items: readonly unknown[]) => void,
): Promise<string> {
  const { notOlderThan } = options;
  let next: Readonly<Record<string, string | undefined>> =
    notOlderThan === undefined ? {} : { resourceVersion: notOlderThan, resourceVersionMatch: 'NotOlderThan' };
  for (;;) {
    const { metadata, items } = await readPage(options, next);
    take(items ?? []);
    // The pages of a list are all of one moment, and all have its version.
    if (!metadata.continue) return metadata.resourceVersion;
    next = { continue: metadata.continue };
  }
}

async function readPage(
  options: ListPagesOptions,
  from: Readonly<Record<string, string | undefined>>,
): Promise<z.output<typeof page>> {
  const { client, resource, namespace, metadataOnly = false, labelSelector, fieldSelector, signal } = options;
  const query = {
    limit: itemsPerPage,
    labelSelector: labelSelector || undefined,
    fieldSelector: fieldSelector || undefined,
    ...from,
  };
  const answer = await client.request({ verb: 'list', resource, namespace, metadataOnly, query, signal });
  const parsed = page.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new TidemarkError(
    'ClusterFailed',
    `the API server sent something that is no list of ${resource.plural}`,
  );
}

/** True when a list has to begin again: its later pages are no longer kept, or its moment is none that the server knows. */
export function mustBeginAgain(error: unknown): boolean {
  return isTidemarkError(error, 'WatchExpired');
}
