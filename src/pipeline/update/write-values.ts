import { collectMarkers, type MarkedScalar } from './collect-markers.ts';
import { firstDifference, firstMarkerDifference } from './compare-readings.ts';
import { isWritable } from './plain-text.ts';
import { type Marker, readObjects } from './read-markers.ts';
import { type Edit, renderScalar } from './render-scalar.ts';
import { type Spliced, splice } from './splice.ts';
import type { UnreadableReason, Yaml } from './yaml/read-yaml.ts';
import { scalarValue } from './yaml/scalar-value.ts';

/** Why a file with markers is left as it is. */
export type RefusalReason =
  | UnreadableReason
  /** A new value cannot stand where it should go. */
  | 'ValueNotWritable'
  /** With the new values something else in the file would be read differently, or nothing at all. */
  | 'ReadBackDiffers';

/** A file that is left as it is, and why. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** One sentence: what is wrong, and what to do. */
  readonly message: string;
  readonly line?: number;
}

/** A marker, and the value that should stand there; undefined to leave it as it is. */
export interface Assignment {
  readonly marker: Marker;
  readonly value: string | undefined;
}

export type Written =
  | { readonly bytes: Buffer; readonly refused?: undefined }
  | { readonly bytes?: undefined; readonly refused: Refusal };

/** Writes values at markers, reads the result, and hands it out only if nothing but those values has changed. */
export function writeValues(bytes: Buffer, assignments: readonly Assignment[]): Written {
  const { yaml, unreadable } = readObjects(bytes);
  if (!yaml) return { refused: unreadable };
  const { marked } = collectMarkers(yaml);
  if (!fits(assignments, marked))
    return differs('The markers that were read before are of other bytes; read the file again.');
  const edits: Edit[] = [];
  for (const [index, { marker, value }] of assignments.entries()) {
    const scalar = marked[index]?.scalar;
    if (value === undefined || value === marker.value || !scalar) continue;
    const rendered = isWritable(value) ? renderScalar(yaml, scalar, value) : undefined;
    if (!rendered) return { refused: notWritable(marker, value) };
    edits.push(...rendered);
  }
  const spliced = splice(bytes, edits);
  return findDamage({ yaml, marked, edits, spliced, assignments }) ?? { bytes: spliced.bytes };
}

function fits(assignments: readonly Assignment[], marked: readonly MarkedScalar[]): boolean {
  if (assignments.length !== marked.length) return false;
  return assignments.every(({ marker }, index) => marked[index]?.scalar.start === marker.range.start);
}

interface Attempt {
  readonly yaml: Yaml;
  readonly marked: readonly MarkedScalar[];
  readonly edits: readonly Edit[];
  readonly spliced: Spliced;
  readonly assignments: readonly Assignment[];
}

/** What is wrong with the result, if anything. */
function findDamage({ yaml, marked, edits, spliced, assignments }: Attempt): Written | undefined {
  const { yaml: after, unreadable } = readObjects(spliced.bytes);
  if (!after)
    return differs(
      `With the new values the file could not be read any more. ${unreadable.message}`,
      unreadable.line,
    );
  const at = firstDifference({ before: yaml, after, edits, shift: spliced.shift });
  if (at !== undefined)
    return differs('With the new values this place would be read differently.', yaml.positionOf(at).line);
  const now = { marked: collectMarkers(after).marked, text: after.text };
  const index = firstMarkerDifference(marked, now, (index) => {
    const scalar = marked[index]?.scalar;
    return assignments[index]?.value ?? (scalar ? scalarValue(yaml.text, scalar) : '');
  });
  if (index === undefined) return undefined;
  return differs('This value would not be read back as it was written.', assignments[index]?.marker.line);
}

function differs(message: string, line?: number): { readonly refused: Refusal } {
  return { refused: { reason: 'ReadBackDiffers', message, ...(line === undefined ? {} : { line }) } };
}

function notWritable({ setter, line }: Marker, value: string): Refusal {
  const message = `The value ${JSON.stringify(value)} of ${setter} has characters that cannot stand here; check the policy's image and tag.`;
  return { reason: 'ValueNotWritable', message, line };
}
