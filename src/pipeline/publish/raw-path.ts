import { isUtf8 } from 'node:buffer';

// Inside this stage a path is the latin1 text of its bytes: one character for each byte, nothing lost whatever the encoding.

/** The latin1 form of a text that is meant as UTF-8. */
export function latin1Of(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** How a path is shown: as UTF-8, or as latin1 when it is not that. */
export function shownPath(latin1: string): string {
  const bytes = bytesOf(latin1);
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1;
}

/** The bytes of a path, as they stand in the tree. */
export function bytesOf(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}
