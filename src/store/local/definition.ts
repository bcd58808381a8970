import { createHmac } from 'node:crypto';

import type { DocumentProblem, FoundObject } from '../../api/documents.ts';
import type { AnyObject, KindName, Kinds } from '../../api/kinds.ts';
import type { Manifest, Place, StoredKind } from './stored-object.ts';
import { deepFreeze, hashManifest, toManifest } from './stored-object.ts';

interface Defined {
  /** `namespace/name`. */
  readonly key: string;
  readonly place: Place;
  readonly absolute: string;
}

/** One object as a file defines it. */
export type Definition = Defined &
  (
    | { readonly kind: StoredKind; readonly manifest: Manifest; readonly hash: string }
    | { readonly kind: 'Secret'; readonly object: Kinds['Secret'] }
    | { readonly kind: 'Namespace'; readonly object: Kinds['Namespace'] }
  );

export function isStoredKind(kind: KindName): kind is StoredKind {
  return kind !== 'Secret' && kind !== 'Namespace';
}

/** `absolute` is the file; `salt` keeps fingerprints of Secrets from telling anything outside of this process. */
export function toDefinition(
  { object, file, line }: FoundObject,
  absolute: string,
  salt: Buffer,
): Definition {
  // One compact string for each object, not a concatenation that holds on to its parts.
  const key = [object.metadata.namespace, object.metadata.name].join('/');
  const where = { key, place: { file: file === absolute ? absolute : file, line }, absolute };
  if (object.kind === 'Secret') return { ...where, kind: 'Secret', object: fingerprinted(object, salt) };
  if (object.kind === 'Namespace')
    return { ...where, kind: 'Namespace', object: fingerprinted(object, salt) };
  const manifest = toManifest(object);
  return { ...where, kind: object.kind, manifest, hash: hashManifest(manifest) };
}

/** The object with a `resourceVersion` that changes with its content and gives nothing of it away. */
export function fingerprinted<T extends AnyObject>(object: T, salt: Buffer): T {
  const resourceVersion = createHmac('sha256', salt)
    .update(JSON.stringify(object))
    .digest('base64url')
    .slice(0, 22);
  return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion } });
}

/** `ImagePolicy flux-system/app`: how problems name an object. */
export function nameOf(kind: KindName, key: string): string {
  return `${kind} ${kind === 'Namespace' ? key.slice(key.indexOf('/') + 1) : key}`;
}

/**
 * True when a file with these problems may still mean to define an object that it no longer shows: then the last good version stays.
 * Problems that all name another object leave no doubt.
 */
export function mayStillDefine(problems: readonly DocumentProblem[], kind: KindName, key: string): boolean {
  if (problems.length === 0) return false;
  const name = nameOf(kind, key);
  return problems.some((problem) => problem.object === undefined || problem.object === name);
}
