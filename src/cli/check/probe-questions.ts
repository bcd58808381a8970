import { checkObject } from '../../api/check-object.ts';
import type { GitRepository } from '../../api/git-repository.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import type { Kinds } from '../../api/kinds.ts';
import type { Home } from '../../app/home.ts';
import type { GitQuestion } from '../../app/probe/probe-git.ts';
import type { RegistryQuestion } from '../../app/probe/probe-registry.ts';
import { TidemarkError } from '../../model/errors.ts';
import { parseImageName, parseReference } from '../../model/image-ref.ts';
import { notFoundText } from '../../controllers/not-found.ts';
import { type ProbeFlags, saysHow } from './probe-flags.ts';

type Flags = ProbeFlags & { readonly namespace: string };

/** What `--registry` asks about: an object, the objects with that image, or an image that no object has. */
export async function registryQuestions(
  asked: string,
  flags: Flags,
  home: Home,
): Promise<readonly RegistryQuestion[]> {
  const { namespace } = flags;
  const name = /^imagerepository\/(.+)$/i.exec(asked)?.[1];
  if (name !== undefined) {
    const found = await mustFind('ImageRepository', { namespace, name }, home);
    return [{ repository: overridden(found, flags), named: true }];
  }
  const image = imageIn(asked);
  const { items } = saysHow(flags)
    ? { items: [] }
    : await home.objects.list('ImageRepository', { namespace });
  const same = items.filter(({ spec }) => isSameImage(spec.image, image));
  if (same.length > 0) return same.map((repository) => ({ repository, named: true }));
  const repository = draft('ImageRepository', namespace, {
    image,
    interval: '5m',
    ...reference('secretRef', flags.secret),
    ...reference('certSecretRef', flags.certSecret),
    ...reference('proxySecretRef', flags.proxySecret),
    ...(flags.provider === undefined ? {} : { provider: flags.provider }),
    ...(flags.insecure ? { insecure: true } : {}),
  });
  return [{ repository, named: false }];
}

/** What `--git` asks about: an object, the objects with that URL, or a URL that no object has. */
export async function gitQuestions(asked: string, flags: Flags, home: Home): Promise<readonly GitQuestion[]> {
  const { namespace } = flags;
  const name = asked.includes('://') ? undefined : asked.replace(/^gitrepository\//i, '');
  if (name !== undefined) {
    const found = await mustFind('GitRepository', { namespace, name }, home);
    return [{ repository: overridden(found, flags), named: true }];
  }
  const { items } = saysHow(flags) ? { items: [] } : await home.objects.list('GitRepository', { namespace });
  const same = items.filter(({ spec }) => bare(spec.url) === bare(asked));
  if (same.length > 0) return same.map((repository) => ({ repository, named: true }));
  const repository = draft('GitRepository', namespace, {
    url: asked,
    interval: '5m',
    ...reference('secretRef', flags.secret),
    ...reference('proxySecretRef', flags.proxySecret),
    ...(flags.provider === undefined ? {} : { provider: flags.provider }),
  });
  return [{ repository, named: false }];
}

/** The name of the image; people paste whole references. */
function imageIn(asked: string): string {
  const reference = parseReference(asked);
  if (reference === undefined || (reference.tag === undefined && reference.digest === undefined))
    return parseImageName(asked).text;
  return parseImageName(asked.replace(/@.*$/, '').replace(/:[^:/]*$/, '')).text;
}

function isSameImage(text: string, image: string): boolean {
  try {
    return parseImageName(text).canonical === parseImageName(image).canonical;
  } catch {
    // Whoever looks at that object is told.
    return false;
  }
}

function bare(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '');
}

/** The object, with what the flags say in place of its own. */
function overridden<T extends ImageRepository | GitRepository>(object: T, flags: Flags): T {
  if (!saysHow(flags)) return object;
  const { kind, metadata, spec } = object;
  const changed = {
    ...spec,
    ...reference('secretRef', flags.secret),
    ...reference('proxySecretRef', flags.proxySecret),
    ...reference('certSecretRef', flags.certSecret),
    ...(flags.provider === undefined ? {} : { provider: flags.provider }),
    ...(flags.insecure ? { insecure: true } : {}),
  };
  return { ...object, spec: draft(kind, metadata.namespace, changed).spec };
}

async function mustFind<K extends 'ImageRepository' | 'GitRepository'>(
  kind: K,
  key: { readonly namespace: string; readonly name: string },
  home: Home,
): Promise<Kinds[K]> {
  const found = await home.objects.get(kind, key);
  if (found !== undefined) return found;
  throw new TidemarkError('NotFound', `${notFoundText(kind, key.name)} in namespace "${key.namespace}"`);
}

/** An object that stands nowhere but here. Throws `UsageError` when it cannot be. */
function draft<K extends 'ImageRepository' | 'GitRepository'>(
  kind: K,
  namespace: string,
  spec: object,
): Kinds[K] {
  const apiVersion =
    kind === 'ImageRepository' ? 'image.toolkit.fluxcd.io/v1' : 'source.toolkit.fluxcd.io/v1';
  const written = { apiVersion, kind, metadata: { name: 'check', namespace }, spec };
  const { object, issues = [] } = checkObject(kind, written, { defaultNamespace: namespace });
  if (object !== undefined) return object;
  throw new TidemarkError('UsageError', issues.map(({ message }) => message).join('\n'));
}

function reference(field: string, name: string | undefined): object {
  return name === undefined ? {} : { [field]: { name } };
}
