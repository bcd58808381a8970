import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPeers, type Peers } from './start-peers.ts';

/** Where everything of one benchmark lies, and who it talks to. All of it goes when it is done. */
export interface Workshop {
  readonly peers: Peers;
  /** A new folder. */
  folder(name: string): string;
  /** Does this at the end, the last one first. */
  defer(end: () => Promise<void> | void): void;
}

/** Memory if there is such a folder, as in the measurement of Flux: what a disk adds is the disk's. */
export function workFolder(): string {
  const chosen = process.env['TIDEMARK_BENCH_FOLDER'];
  return chosen ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
}

export async function inWorkshop<T>(work: (workshop: Workshop) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(workFolder(), 'tidemark-bench-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => {
    if (process.env['TIDEMARK_BENCH_KEEP'] === '1') console.error(`kept ${root}`);
    else rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const peers = await startPeers(root);
  cleanup.defer(() => peers.close());
  return await work({
    peers,
    folder: (name) => {
      const path = join(root, name);
      mkdirSync(path);
      return path;
    },
    defer: (end) => cleanup.defer(end),
  });
}
