import { collectFindings } from './collect-findings.ts';
import { collectMarkers, type MarkedScalar } from './collect-markers.ts';
import type { Finding } from './finding.ts';
import type { MarkerTarget } from './marker-text.ts';
import { isNull, type ObjectIdentity } from './object-identity.ts';
import { markerNeedle } from './screen.ts';
import { readYaml, type Unreadable, type Yaml } from './yaml/read-yaml.ts';
import { scalarValue } from './yaml/scalar-value.ts';
import type { ScalarStyle } from './yaml/token.ts';
import type { ScalarNode } from './yaml/tree.ts';

/** A value with a marker that works: what the marker says, and where the value stands. */
export interface Marker extends MarkerTarget {
  /** Of the value, not of the comment. From 1; columns in characters. */
  readonly line: number;
  readonly column: number;
  readonly value: string;
  readonly style: ScalarStyle;
  /** The bytes of the value, with its quotes or its header, without tag and anchor. */
  readonly range: { readonly start: number; readonly end: number };
  /** Which document of the file, from 0. */
  readonly document: number;
  /** The object of the document, or of the item of a `kind: List`. */
  readonly object: ObjectIdentity;
}

/** What a file says about markers. It depends on the bytes alone, so it can be kept by blob id. */
export interface MarkerReading {
  readonly markers: readonly Marker[];
  readonly findings: readonly Finding[];
  /** The file contains markers and cannot be read; then there are neither markers nor findings. */
  readonly unreadable?: Unreadable;
}

/** Reads the markers of a file. A file without the needle is not parsed: it has none. */
export function readMarkers(bytes: Buffer): MarkerReading {
  return bytes.includes(markerNeedle) ? readAllMarkers(bytes) : { markers: [], findings: [] };
}

/** Reads what would be markers, were the needle in the file. */
export function readAllMarkers(bytes: Buffer): MarkerReading {
  const { yaml, unreadable } = readObjects(bytes);
  if (!yaml) return { markers: [], findings: [], unreadable };
  const { marked, roles } = collectMarkers(yaml);
  return { markers: marked.map((found) => toMarker(found, yaml)), findings: collectFindings(yaml, roles) };
}

export type ObjectsReading =
  | { readonly yaml: Yaml; readonly unreadable?: undefined }
  | { readonly yaml?: undefined; readonly unreadable: Unreadable };

/** Reads a file of objects. As in Flux, one document that is a list or a single value makes the whole file useless. */
export function readObjects(bytes: Buffer): ObjectsReading {
  const reading = readYaml(bytes);
  const { yaml } = reading;
  const misfit = yaml?.roots.find((root) => root.kind !== 'map' && !isNull(yaml.text, root));
  if (!yaml || !misfit) return reading;
  const message = `A document is a ${misfit.kind === 'seq' ? 'list' : 'single value'}; markers only work in files whose documents are all mappings.`;
  return { unreadable: { reason: 'RootNotMapping', message, line: yaml.positionOf(misfit.start).line } };
}

function toMarker({ target, scalar, document, object }: MarkedScalar, { text, positionOf }: Yaml): Marker {
  return {
    ...target,
    ...positionOf(scalar.start),
    value: scalarValue(text, scalar),
    style: scalar.style,
    range: { start: scalar.start, end: endOf(scalar) },
    document,
    object,
  };
}

/** Of a block text, the blank lines behind it are no part of what is replaced. */
function endOf({ end, block }: ScalarNode): number {
  return block ? block.textEnd : end;
}
