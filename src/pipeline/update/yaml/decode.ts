/** Turns a text of one char per byte into the text that its bytes encode. */
export function decode(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString('utf8') : latin1;
}
