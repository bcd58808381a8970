import type { ImageRef } from '../../model/image-ref.ts';
import type { MarkerPart } from './marker-text.ts';
import type { ObjectIdentity } from './object-identity.ts';
import { type Marker, type MarkerReading, readMarkers } from './read-markers.ts';
import { type Assignment, type Refusal, writeValues } from './write-values.ts';

/** What each policy selected, by `namespace:name`. */
export type PolicyRefs = ReadonlyMap<string, ImageRef>;

/** One value that was replaced. */
export interface Change {
  /** Of the value before any change in this file. */
  readonly line: number;
  readonly column: number;
  /** The policy whose selection was written. */
  readonly namespace: string;
  readonly name: string;
  readonly part: MarkerPart;
  /** The marker's text, `namespace:name[:part]`. */
  readonly setter: string;
  readonly old: string;
  readonly new: string;
  readonly object: ObjectIdentity;
}

/** A marker whose policy has no selection: its value stays. */
export interface UnknownPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** What became of a file. */
export interface FileUpdate {
  readonly path: string;
  /** The new file; the very same buffer when nothing is to be changed, or the file was refused. */
  readonly bytes: Buffer;
  /** In document order. Empty when the file was refused. */
  readonly changes: readonly Change[];
  /** How many markers have their value already. */
  readonly unchanged: number;
  /** The file is left as it is, whatever its markers ask for. */
  readonly refused?: Refusal;
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** A file that passed the screen. `reading` may be the one that was kept for its blob. */
export interface MarkedFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly reading?: MarkerReading | undefined;
}

/**
 * Writes what the policies selected at the markers of a file, and touches no other byte.
 *
 * The result is read again and compared with the file before: the marked values are as they should be, and all else is as it was.
 * Otherwise the file is refused, with a named reason, and stays as it is.
 */
export function updateFile(
  { path, bytes, reading = readMarkers(bytes) }: MarkedFile,
  refs: PolicyRefs,
): FileUpdate {
  const nothing = { path, bytes, changes: [], unchanged: 0, unknownPolicies: [] };
  if (reading.unreadable) return { ...nothing, refused: reading.unreadable };
  const assignments = reading.markers.map((marker) => ({ marker, value: wantedValue(marker, refs) }));
  const unknownPolicies = assignments.flatMap(({ marker, value }) =>
    value === undefined ? [unknownPolicy(marker)] : [],
  );
  const changes = assignments.flatMap(changeOf);
  const unchanged = assignments.length - unknownPolicies.length - changes.length;
  if (changes.length === 0) return { ...nothing, unchanged, unknownPolicies };
  const { bytes: written, refused } = writeValues(bytes, assignments);
  if (refused) return { ...nothing, unknownPolicies, refused };
  return { path, bytes: written, changes, unchanged, unknownPolicies };
}

function wantedValue({ namespace, name, part }: Marker, refs: PolicyRefs): string | undefined {
  const ref = refs.get(`${namespace}:${name}`);
  return ref && partOf(ref, part);
}

function partOf(ref: ImageRef, part: MarkerPart): string {
  const digest = ref.digest ?? '';
  switch (part) {
    case 'tag':
      return ref.tag;
    case 'name':
      return ref.name;
    case 'digest':
      return digest;
    case 'image':
      return `${ref.name}:${ref.tag}${digest === '' ? '' : `@${digest}`}`;
  }
}

function unknownPolicy({ namespace, name, line, column }: Marker): UnknownPolicy {
  return { namespace, name, line, column };
}

function changeOf({ marker, value }: Assignment): Change[] {
  if (value === undefined || value === marker.value) return [];
  const { line, column, namespace, name, part, setter, object } = marker;
  return [{ line, column, namespace, name, part, setter, old: marker.value, new: value, object }];
}
