import { kindDefinitions, type KindName } from '../../api/kinds.ts';
import { isAllowed, type Permission } from '../../store/kubernetes/access-review.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { ResourceCatalog } from '../../store/kubernetes/resource-catalog.ts';
import { readManifests, type ManifestChoice } from './manifests.ts';
import type { Told } from './progress.ts';

/** Something that people do, and the rights that it takes. */
interface Undertaking {
  /** `tidemark get`, as sentences name it. */
  readonly command: string;
  readonly permissions: readonly Permission[];
  /** Without these rights nothing works. */
  readonly isEssential: boolean;
}

const imageKinds: readonly KindName[] = ['ImageRepository', 'ImagePolicy', 'ImageUpdateAutomation'];
const allKinds: readonly KindName[] = [...imageKinds, 'GitRepository'];

/** Tells which of our commands may be used on objects of a namespace. True when the essential ones may. */
export async function* checkUse(client: KubeClient, namespace: string): Told<boolean> {
  let isGood = true;
  let isComplete = true;
  for (const { command, permissions, isEssential } of undertakings(namespace)) {
    const missing = await missingOf(client, permissions);
    if (missing.length === 0) continue;
    isComplete = false;
    isGood &&= !isEssential;
    yield {
      sign: isEssential ? 'failed' : 'warning',
      text: `${command}: not allowed to ${missing.map(permissionText).join(', ')} in namespace "${namespace}"`,
    };
  }
  if (isComplete) yield { sign: 'done', text: `allowed to work with objects in namespace "${namespace}"` };
  return isGood;
}

/** Tells whether we may install. */
export async function* checkInstall(client: KubeClient, choice: ManifestChoice): Told<boolean> {
  const missing = await missingOf(client, await installPermissions(client, choice));
  if (missing.length === 0) {
    yield { sign: 'done', text: `allowed to install in namespace "${choice.namespace}"` };
    return true;
  }
  for (const permission of missing) {
    const where = permission.namespace === undefined ? '' : ` in namespace "${permission.namespace}"`;
    yield { sign: 'warning', text: `tidemark install: not allowed to ${permissionText(permission)}${where}` };
  }
  return false;
}

function undertakings(namespace: string): readonly Undertaking[] {
  const on = (kinds: readonly KindName[], ...verbs: readonly Permission['verb'][]): Permission[] =>
    kinds.flatMap((kind) => verbs.map((verb) => permissionFor(kind, verb, namespace)));
  return [
    { command: 'tidemark get', permissions: on(allKinds, 'get', 'list', 'watch'), isEssential: true },
    {
      command: 'tidemark reconcile, suspend, resume',
      permissions: on(imageKinds, 'patch'),
      isEssential: false,
    },
    { command: 'tidemark create', permissions: on(allKinds, 'create', 'update'), isEssential: false },
    { command: 'tidemark delete', permissions: on(imageKinds, 'delete'), isEssential: false },
    { command: 'tidemark explain, diff', permissions: on(['Secret'], 'get'), isEssential: false },
    {
      command: 'tidemark events',
      permissions: [{ verb: 'list', group: '', resource: 'events', namespace }],
      isEssential: false,
    },
  ];
}

function permissionFor(kind: KindName, verb: Permission['verb'], namespace: string): Permission {
  const { group, plural } = kindDefinitions[kind];
  return { verb, group, resource: plural, namespace };
}

/** Server-side apply creates and patches. */
async function installPermissions(
  client: KubeClient,
  choice: ManifestChoice,
): Promise<readonly Permission[]> {
  const catalog = new ResourceCatalog(client);
  const wanted = new Map<string, Permission>();
  for (const { apiVersion, kind } of readManifests(choice)) {
    const { plural, namespaced } = await catalog.resourceOf(apiVersion, kind);
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    for (const verb of ['create', 'patch'] as const) {
      const permission = { verb, group, resource: plural };
      wanted.set(
        `${verb} ${plural}.${group}`,
        namespaced ? { ...permission, namespace: choice.namespace } : permission,
      );
    }
  }
  return [...wanted.values()];
}

async function missingOf(
  client: KubeClient,
  permissions: readonly Permission[],
): Promise<readonly Permission[]> {
  const answers = await Promise.all(permissions.map((permission) => isAllowed(client, permission)));
  return permissions.filter((_permission, index) => answers[index] === false);
}

function permissionText({ verb, resource, group }: Permission): string {
  return `${verb} ${group === '' ? resource : `${resource}.${group}`}`;
}
