import * as z from 'zod';

import { apiVersionOf } from '../../api/define-kind.ts';
import { kindDefinitions, kindNames, type KindName } from '../../api/kinds.ts';
import { isTidemarkError } from '../../model/errors.ts';
import type { KubeClient } from './kube-client.ts';

const versionInfo = z.looseObject({ gitVersion: z.string() });
const resourceList = z.looseObject({ resources: z.array(z.looseObject({ name: z.string() })) });

/** The version of the API server, such as `v1.37.2`. */
export async function serverVersion(client: KubeClient, signal?: AbortSignal): Promise<string> {
  return versionInfo.parse(await client.read('/version', signal)).gitVersion;
}

/** Which of our kinds the cluster has, in the version that we speak. */
export async function servedKinds(client: KubeClient, signal?: AbortSignal): Promise<ReadonlySet<KindName>> {
  const served = new Set<KindName>();
  const groups = new Set(kindNames.map((kind) => apiVersionOf(kindDefinitions[kind])));
  for (const apiVersion of groups) {
    const plurals = await pluralsOf(client, apiVersion, signal);
    for (const kind of kindNames) {
      const definition = kindDefinitions[kind];
      if (apiVersionOf(definition) === apiVersion && plurals.has(definition.plural)) served.add(kind);
    }
  }
  return served;
}

async function pluralsOf(
  client: KubeClient,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  try {
    const { resources } = resourceList.parse(await client.read(path, signal));
    return new Set(resources.map(({ name }) => name));
  } catch (error) {
    if (isTidemarkError(error, 'KindNotServed', 'NotFound')) return new Set();
    throw error;
  }
}
