import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerAnswer, PeerRequest } from './peers.ts';

export interface Peers {
  /** Of the registry. */
  readonly host: string;
  /** Of the Git server, without a trailing slash. */
  readonly url: string;
  /** Where its bare repositories lie. */
  readonly folder: string;
  setTags(repository: string, tags: readonly string[]): Promise<void>;
  close(): void;
}

export async function startPeers(root: string): Promise<Peers> {
  const folder = join(root, 'remote');
  mkdirSync(folder, { recursive: true });
  const child = fork(new URL('./peers.ts', import.meta.url), [folder]);
  const where = await answerOf(child);
  if (where === 'done') throw new Error('the peers did not say where they are');
  return {
    ...where,
    folder,
    setTags: async (repository, tags) => {
      const request: PeerRequest = { repository, tags };
      child.send(request);
      await answerOf(child);
    },
    close: () => child.disconnect(),
  };
}

async function answerOf(child: ChildProcess): Promise<PeerAnswer> {
  const [answer] = (await once(child, 'message')) as [PeerAnswer];
  return answer;
}
