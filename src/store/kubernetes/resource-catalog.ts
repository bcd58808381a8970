import * as z from 'zod';

import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import type { KubeClient } from './kube-client.ts';
import type { Resource } from './resource.ts';

const resourceList = z.looseObject({
  resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** Knows where objects of any kind stand in the API of one cluster, by asking it. For whoever works with manifests. */
export class ResourceCatalog {
  readonly #client: KubeClient;
  /** By API version. */
  readonly #known = new Map<string, Promise<readonly Resource[]>>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Undefined when the cluster does not have the kind in this version. */
  async find(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const known = this.#known.get(apiVersion) ?? this.#read(apiVersion);
    this.#known.set(apiVersion, known);
    return (await known).find((resource) => resource.kind === kind);
  }

  /** Throws `KindNotServed` when the cluster does not have the kind in this version. */
  async resourceOf(apiVersion: string, kind: string): Promise<Resource> {
    const found = await this.find(apiVersion, kind);
    if (found !== undefined) return found;
    throw new TidemarkError(
      'KindNotServed',
      `the cluster at ${this.#client.server} has no ${kind} in version ${apiVersion}`,
    );
  }

  async #read(apiVersion: string): Promise<readonly Resource[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      const { resources } = resourceList.parse(await this.#client.read(path));
      return resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => ({ kind, apiVersion, plural: name, namespaced }));
    } catch (error) {
      if (isTidemarkError(error, 'KindNotServed', 'NotFound')) return [];
      throw error;
    }
  }
}
