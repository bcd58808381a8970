import type { MarkerReading } from '../../pipeline/update/read-markers.ts';
import type { ReadingCache } from './draft-commit.ts';

/** Readings by blob id, the least recently used one dropped first. A blob id says everything about its bytes. */
export function createReadingCache(size: number): ReadingCache {
  const readings = new Map<string, MarkerReading>();
  return {
    get(blob) {
      const reading = readings.get(blob);
      if (reading !== undefined) {
        readings.delete(blob);
        readings.set(blob, reading);
      }
      return reading;
    },
    set(blob, reading) {
      readings.set(blob, reading);
      const oldest = readings.size > size ? readings.keys().next().value : undefined;
      if (oldest !== undefined) readings.delete(oldest);
    },
  };
}
