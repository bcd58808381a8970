import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface MemoryParts {
  /** Bytes in use by now, garbage included. */
  readonly used: () => number;
  /** Collects all garbage, and gives back what is free. */
  readonly collect: () => void;
}

const lookEveryMs = 5000;
/** So much more than after the last collection is worth another one. */
const worthwhile = 8 * 2 ** 20;
/** A process that has allocated less than this between two looks is at rest. */
const restless = 2 * 2 ** 20;
/** One that is never at rest is tidied up all the same, after so many looks. */
const mostLooks = 12;

/**
 * Keeps a process that stays for months small: after a time of much work it collects the garbage, once.
 *
 * Node does so only when memory is needed again, which for a process at rest is never. Returns how to stop.
 */
export function settleMemory({ used, collect }: MemoryParts = nodeMemory()): () => void {
  let floor = 0;
  let before = used();
  let looks = 0;
  const timer = setInterval(() => {
    const now = used();
    const atRest = Math.abs(now - before) < restless;
    before = now;
    if (now - floor < worthwhile) return;
    looks += 1;
    if (!atRest && looks < mostLooks) return;
    collect();
    looks = 0;
    floor = used();
    before = floor;
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The collector is not exposed to programs unless they ask for it. */
export function nodeMemory(): MemoryParts {
  setFlagsFromString('--expose-gc');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the flag exposes
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  return {
    collect: () => collect({ type: 'major', flavor: 'last-resort', execution: 'sync' }),
    used: () => {
      const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
      return heap + external;
    },
  };
}
