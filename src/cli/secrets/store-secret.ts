import { resolve } from 'node:path';
import type { Secret } from '../../api/secret.ts';
import type { Applied } from '../../app/home.ts';
import type { DefinedObject } from '../../app/tools.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import type { CliDeps, HomeChoice } from '../deps.ts';
import { namesCluster } from '../open-home.ts';
import { withCluster } from '../with-cluster.ts';

type Named = Pick<DefinedObject, 'kind' | 'namespace' | 'name'>;

export interface StoredSecret {
  readonly applied: Applied;
  /** The folder that it lies in, if it does. */
  readonly place?: string;
}

/** Throws `UsageError` when flags and environment do not say where a Secret is to be written. `otherwise` is what to do in place of it. */
export function checkPlace(choice: HomeChoice, deps: CliDeps, otherwise: string): void {
  const { secrets: folder } = choice;
  const files = objectFiles(choice, deps);
  const toCluster = namesCluster(choice);
  if (toCluster && (folder !== undefined || choice.file.length > 0)) {
    const flag = folder === undefined ? '-f' : '--secrets';
    throw new TidemarkError(
      'UsageError',
      `${flag} is for files, and --kubeconfig and --context choose a cluster: say one of them`,
    );
  }
  if (toCluster || folder !== undefined || files.length === 0) return;
  throw new TidemarkError(
    'UsageError',
    `where shall the Secret be written? The objects are in files, and those are not for secrets\nname a folder with --secrets DIR (the one that tidemark run gets, too), or ${otherwise}`,
  );
}

/** Writes a Secret to the home that flags and environment choose: new, or in place of the one that is there. */
export async function storeSecret(secret: Secret, choice: HomeChoice, deps: CliDeps): Promise<StoredSecret> {
  const { secrets: folder } = choice;
  if (folder === undefined || namesCluster(choice)) return toCluster(secret, choice, deps);
  return toFolder(secret, resolve(deps.folder, folder), { files: objectFiles(choice, deps), deps });
}

async function toFolder(
  secret: Secret,
  folder: string,
  { files, deps }: { readonly files: readonly string[]; readonly deps: CliDeps },
): Promise<StoredSecret> {
  const { namespace, name } = secret.metadata;
  const manifest = await findDefined({ kind: 'Secret', namespace, name }, files, deps);
  if (manifest !== undefined) {
    throw new TidemarkError(
      'AlreadyExists',
      `Secret ${formatKey(secret.metadata)} is defined in ${manifest.file}:${manifest.line}, which comes before the folder of secrets: change it there, or remove it`,
    );
  }
  const { writeSecret } = await import('../../app/embedded/write-secret.ts');
  return writeSecret(folder, secret);
}

/** Throws `AlreadyExists` when the files that were chosen define this object. */
export async function refuseDefined(object: Named, choice: HomeChoice, deps: CliDeps): Promise<void> {
  if (namesCluster(choice)) return;
  const there = await findDefined(object, objectFiles(choice, deps), deps);
  if (there === undefined) return;
  throw new TidemarkError(
    'AlreadyExists',
    `${object.kind} ${formatKey(object)} exists already: it is defined in ${there.file}:${there.line}`,
  );
}

async function findDefined(
  { kind, namespace, name }: Named,
  files: readonly string[],
  deps: CliDeps,
): Promise<DefinedObject | undefined> {
  const onDisk = files.filter((path) => path !== '-').map((path) => resolve(deps.folder, path));
  if (onDisk.length === 0) return undefined;
  const { objects } = (await deps.tools()).definedObjects(onDisk, undefined);
  return objects.find(
    (object) => object.kind === kind && object.namespace === namespace && object.name === name,
  );
}

async function toCluster(secret: Secret, choice: HomeChoice, deps: CliDeps): Promise<StoredSecret> {
  const { applySecret } = await import('../../app/kubernetes/apply-secret.ts');
  try {
    return await withCluster(deps, choice, async ({ client }) => ({
      applied: await applySecret(client, secret),
    }));
  } catch (error) {
    if (!isTidemarkError(error, 'UsageError')) throw error;
    throw new TidemarkError(
      'UsageError',
      `${error.message}\nwithout a cluster: write the Secret to a folder with --secrets DIR, or print it with --export`,
      { cause: error },
    );
  }
}

function objectFiles({ file }: HomeChoice, { environment }: CliDeps): readonly string[] {
  const named = environment['TIDEMARK_FILE'] ?? '';
  return file.length > 0 || named === '' ? file : [named];
}
