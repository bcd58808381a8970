import type { Finding } from './finding.ts';
import { type MarkerReading, readAllMarkers, readMarkers } from './read-markers.ts';
import { markerNeedle } from './screen.ts';

/** What may be meant as a marker, whatever its spelling; in anything else there is nothing to find. */
const resemblesMarker = /imagepolicy|io\.k8s\.cli\.setters\./i;

export interface Lint {
  readonly reading: MarkerReading;
  readonly findings: readonly Finding[];
}

/** Everything that keeps the markers of one file from doing their work. */
export function lintFile(bytes: Buffer): Lint {
  if (bytes.includes(markerNeedle)) {
    const reading = readMarkers(bytes);
    const { unreadable, findings } = reading;
    if (unreadable === undefined) return { reading, findings };
    const { message, line = 1 } = unreadable;
    return { reading, findings: [{ line, column: 1, severity: 'error', code: 'file-unreadable', message }] };
  }
  if (!resemblesMarker.test(bytes.toString('latin1'))) return { reading: nothing, findings: [] };
  const reading = readAllMarkers(bytes);
  const unscreened = reading.markers.map(({ line, column }): Finding => ({
    line,
    column,
    severity: 'error',
    code: 'file-unscreened',
    message:
      'Write the key as "$imagepolicy", in double quotes and without escapes, once in the file: without it the file is not looked at.',
  }));
  return {
    reading: nothing,
    findings: [...reading.findings, ...unscreened].sort((a, b) => a.line - b.line || a.column - b.column),
  };
}

const nothing: MarkerReading = { markers: [], findings: [] };
