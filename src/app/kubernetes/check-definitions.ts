import * as z from 'zod';
import { kindDefinitions, type KindName } from '../../api/kinds.ts';
import { isTidemarkError } from '../../model/errors.ts';
import { servedKinds } from '../../store/kubernetes/discovery.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import type { Resource } from '../../store/kubernetes/resource.ts';
import type { Told } from './progress.ts';

const definitionResource: Resource = {
  kind: 'CustomResourceDefinition',
  apiVersion: 'apiextensions.k8s.io/v1',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

const serverDefinition = z.looseObject({
  spec: z.looseObject({ versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })) }),
});

const kinds: readonly KindName[] = [
  'GitRepository',
  'ImagePolicy',
  'ImageRepository',
  'ImageUpdateAutomation',
];

/** Tells of each kind whether the cluster has it in the version that we speak. True when it has them all. */
export async function* checkDefinitions(client: KubeClient, signal: AbortSignal): Told<boolean> {
  const served = await servedKinds(client, signal);
  let isGood = true;
  for (const kind of kinds) {
    const { plural, group, version } = kindDefinitions[kind];
    const name = `${plural}.${group}`;
    if (served.has(kind)) {
      yield { sign: 'done', text: `${name}/${version}` };
      continue;
    }
    isGood = false;
    const others = await versionsOf(client, name, signal);
    yield {
      sign: 'failed',
      text:
        others === undefined
          ? `${name}: not installed`
          : `${name}: served in ${others.join(', ') || 'no version'}, and not in ${version}: bring the definitions up to date`,
    };
  }
  return isGood;
}

/** The versions in which a kind is served; undefined when the cluster does not have it, or we may not see. */
async function versionsOf(
  client: KubeClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  try {
    const key = { namespace: '', name };
    const answer = await client.request({ verb: 'get', resource: definitionResource, key, signal });
    const { versions } = serverDefinition.parse(answer).spec;
    return versions.filter((version) => version.served).map((version) => version.name);
  } catch (error) {
    if (isTidemarkError(error, 'NotFound', 'ClusterForbidden')) return undefined;
    throw error;
  }
}

/** True when the cluster has definitions of Flux's kinds already. */
export async function hasDefinitions(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  return (await servedKinds(client, signal)).has('ImagePolicy');
}
