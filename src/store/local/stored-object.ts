import { hash } from 'node:crypto';

import { apiVersionOf } from '../../api/define-kind.ts';
import type { AnyObject, KindName } from '../../api/kinds.ts';
import { kindDefinitions } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/object.ts';
import type { Ground, Overlay } from './overlay.ts';
import { laidOver } from './overlay.ts';

/** Kinds that have a status, events and overlays, and so a row in the state. The others are only read. */
export type StoredKind = Exclude<KindName, 'Secret' | 'Namespace'>;

/** The stored kinds, in the order in which they build on one another. */
export const storedKinds: readonly StoredKind[] = [
  'GitRepository',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
];

const heads = storedKinds.map((kind) => ({ kind, apiVersion: apiVersionOf(kindDefinitions[kind]) }));

/** What the owner's YAML says about an object, defaults filled in. Only this much of it is kept. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: KindName;
  readonly metadata: ObjectMeta;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Where a manifest stands: `file` as the person named it, or `-`. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Everything that is known about one object. Replaced as a whole at each change, never mutated. */
export interface StoredObject {
  readonly kind: StoredKind;
  /** `namespace/name`. */
  readonly key: string;
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly specHash: string;
  readonly place: Place;
  /** The file of `place`, from the root of the file system; `-` for standard input. */
  readonly absolute: string;
  /** Empty until the object is first written to the state. */
  readonly uid: string;
  readonly generation: number;
  readonly revision: number;
  readonly created: string;
  readonly deleted: string | undefined;
  readonly overlay: Overlay;
  readonly status: object | undefined;
}

/** The part of an object that comes from its YAML. What only a server may set (status, uid, finalizers, ...) is left out. */
export function toManifest(object: AnyObject): Manifest {
  const { name, namespace, labels, annotations } = object.metadata;
  const { apiVersion, kind, spec = {} } = object;
  // Copied by way of text, so that a short string does not hold on to the whole file that it was cut from.
  return parseManifest(
    JSON.stringify({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec }),
  );
}

/** Reads back what `JSON.stringify` made of a manifest. */
export function parseManifest(text: string): Manifest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only text made from a checked object comes here
  const manifest = JSON.parse(text) as Manifest;
  const { kind, apiVersion } = headOf(manifest);
  return deepFreeze({ ...manifest, kind, apiVersion });
}

/** Thousands of objects share these two strings. */
function headOf({ kind, apiVersion }: Manifest): Pick<Manifest, 'kind' | 'apiVersion'> {
  const known = heads.find((head) => head.kind === kind && head.apiVersion === apiVersion);
  return known ?? { kind, apiVersion };
}

/** The object as the port shows it: manifest, overlay, status. Frozen, so that nobody can change what others see. */
export function toObject(stored: StoredObject): AnyObject {
  const { manifest, overlay, status } = stored;
  const labels = laidOver(manifest.metadata.labels ?? {}, overlay.labels);
  const annotations = laidOver(manifest.metadata.annotations ?? {}, overlay.annotations);
  const metadata = {
    name: manifest.metadata.name,
    namespace: manifest.metadata.namespace,
    ...(stored.uid === '' ? {} : { uid: stored.uid }),
    resourceVersion: String(stored.revision),
    generation: stored.generation,
    creationTimestamp: stored.created,
    ...(stored.deleted === undefined ? {} : { deletionTimestamp: stored.deleted }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(overlay.finalizers === undefined ? {} : { finalizers: overlay.finalizers }),
  };
  const object = {
    apiVersion: manifest.apiVersion,
    kind: manifest.kind,
    metadata,
    spec: effectiveSpec(manifest, overlay),
    // As the CRDs have it: an object that nobody has worked on yet has seen no generation.
    status: status ?? { observedGeneration: -1 },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the manifest passed the schema of its kind when it was read
  return deepFreeze(object) as unknown as AnyObject;
}

/** What the overlay of an object lies over. */
export function groundOf({ metadata, spec }: Manifest): Ground {
  return {
    suspend: typeof spec['suspend'] === 'boolean' ? spec['suspend'] : null,
    annotations: metadata.annotations ?? {},
    labels: metadata.labels ?? {},
  };
}

/** Tells one state of the YAML from another. */
export function hashManifest(manifest: Manifest): string {
  const { labels = {}, annotations = {} } = manifest.metadata;
  return digest([manifest.apiVersion, labels, annotations, manifest.spec]);
}

/** Tells one spec from another, as controllers see it: the generation counts its changes. */
export function hashSpec(manifest: Manifest, overlay: Overlay): string {
  return digest(effectiveSpec(manifest, overlay));
}

function effectiveSpec(manifest: Manifest, overlay: Overlay): Readonly<Record<string, unknown>> {
  if (overlay.suspend === undefined) return manifest.spec;
  return { ...manifest.spec, suspend: overlay.suspend.value };
}

function digest(value: unknown): string {
  return hash('sha1', JSON.stringify(value, sortKeys), 'base64url');
}

/** The order of keys is no difference. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** RFC 3339 with whole seconds, as Kubernetes writes it. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A copy as it will be stored: what JSON cannot say is gone. */
export function frozenCopy(value: object): object {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return deepFreeze(typeof copy === 'object' && copy !== null ? copy : {});
}

/** Freezes a value of plain objects and arrays, all the way down. What is frozen already is taken as done. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
