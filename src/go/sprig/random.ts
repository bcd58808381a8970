import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import type { CallContext } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { runesOf } from './characters.ts';

/** What depends on chance alone. */
export const random: FunctionTable = {
  shuffle: define(['string'], 'string', ([text], context) => {
    const chars = runesOf(text);
    context.budget.spend(chars.length);
    for (let last = chars.length - 1; last > 0; last--) {
      const other = Number(randomBelow(BigInt(last + 1), context));
      [chars[last], chars[other]] = [chars[other] ?? '', chars[last] ?? ''];
    }
    return chars.join('');
  }),
};

/** Random bytes from the source that the template was given. */
export function randomBytesOf(size: number, { sources }: CallContext): Uint8Array {
  if (sources.random === undefined) throw new FunctionError('no random values can be had here');
  return sources.random(size);
}

/** A random number from 0 up to but not including `limit`. So many bits are taken that no number is more likely than others. */
export function randomBelow(limit: bigint, context: CallContext): bigint {
  const bytes = randomBytesOf(16, context);
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return value % limit;
}
