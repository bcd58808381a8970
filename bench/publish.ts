import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../src/model/log.ts';
import { GitPublisher } from '../src/pipeline/publish/io/git-publisher.ts';
import type { PublishRequest, PublishResult, TreeView } from '../src/pipeline/publish/ports.ts';
import { startGitServer, type GitServer } from '../test/fakes/git-server/git-server.ts';
import type { GitRepository } from '../test/fakes/git-server/git-repository.ts';
import { figureOf, type Figure } from './figure.ts';
import { benchTree, type TreeOptions } from './tree.ts';

const rounds = 9;
const needle = Buffer.from('"$imagepolicy"');
const screen = { path: (path: string): boolean => path.endsWith('.yaml'), needle };

/** The publish stage by itself, over HTTP on loopback: listing, fetching, drafting, committing and pushing, to the ref having moved. */
export async function benchPublish(): Promise<Figure[]> {
  const rows: Figure[] = [];
  for (const tree of [
    { files: 50, markers: 3 },
    { files: 10_000, markers: 500 },
  ]) {
    const stage = await setStage(tree);
    try {
      rows.push(...(await measure(stage, `${tree.files} files, ${tree.markers} markers`)));
    } finally {
      await stage.end();
    }
  }
  return rows;
}

interface Stage {
  readonly server: GitServer;
  readonly repository: GitRepository;
  readonly publisher: (mirrors: string) => GitPublisher;
  readonly end: () => Promise<void>;
}

async function setStage(tree: TreeOptions): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const server = await startGitServer({ root: join(root, 'remote') });
  const repository = server.createRepository('fleet.git');
  repository.commit(Object.fromEntries(benchTree(tree)));
  repository.git('repack', '-a', '-d', '-q');
  const clock = {
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    sleep: async (ms: number) => sleep(ms),
  };
  return {
    server,
    repository,
    publisher: (mirrors) =>
      new GitPublisher({ mirrors: join(root, mirrors), environment: process.env, log: silentLog, clock }),
    end: async () => {
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function measure({ server, repository, publisher }: Stage, what: string): Promise<readonly Figure[]> {
  const remote = { url: server.urlOf('fleet.git'), timeoutMs: 60_000 };
  const never = new AbortController().signal;
  let version = 1;
  const publish = async (using: GitPublisher, more: Partial<PublishRequest>): Promise<PublishResult> =>
    using.publish(
      {
        remote,
        checkout: { branch: 'main' },
        push: { branch: 'main', switched: false },
        path: '.',
        screen,
        draft: () => undefined,
        ...more,
      },
      never,
    );
  const change = (limit: number) => (view: TreeView) => {
    version++;
    const files = view.files.slice(0, limit).map((file) => ({
      file,
      bytes: Buffer.from(file.bytes.toString('utf8').replace(/:1\.\d+\.0 #/, `:1.${version}.0 #`)),
    }));
    return {
      files,
      author: { name: 'Bench', email: 'bench@example.com' },
      time: new Date(),
      message: 'Update images\n',
    };
  };
  const rows: Figure[] = [];
  const cold = await repeat(5, async (n) => {
    const fresh = publisher(`cold-${n}`);
    const took = await timed(async () => publish(fresh, { draft: change(1) }));
    await fresh.close();
    return took;
  });
  rows.push(row(`cold mirror, one change, ${what}`, cold));
  const restarted = await repeat(5, async () => {
    const fresh = publisher('cold-0');
    const took = await timed(async () => publish(fresh, { draft: change(1) }));
    await fresh.close();
    return took;
  });
  rows.push(row(`restarted on a warm mirror, one change, ${what}`, restarted));
  const warm = publisher('warm');
  await publish(warm, { draft: change(1) });
  rows.push(
    row(
      `warm, one change, ${what}`,
      await repeat(rounds, async () => timed(async () => publish(warm, { draft: change(1) }))),
    ),
  );
  const raced = await repeat(rounds, async (n) => {
    repository.commit({ [`elsewhere-${n}.txt`]: `${n}\n` });
    return timed(async () => publish(warm, { draft: change(1) }));
  });
  rows.push(row(`warm, one change after somebody else's commit, ${what}`, raced));
  rows.push(
    row(
      `warm, every marker changes, ${what}`,
      await repeat(rounds, async () =>
        timed(async () => publish(warm, { draft: change(Number.POSITIVE_INFINITY) })),
      ),
    ),
  );
  const { revision } = await publish(warm, {});
  rows.push(
    row(
      `nothing changed, ${what}`,
      await repeat(rounds, async () => timed(async () => publish(warm, { unchangedSince: revision }))),
    ),
  );
  await warm.close();
  return rows;
}

async function timed(work: () => Promise<PublishResult>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function repeat(times: number, work: (n: number) => Promise<number>): Promise<readonly number[]> {
  const took: number[] = [];
  for (let n = 0; n < times; n++) took.push(await work(n));
  return took;
}

function row(work: string, samples: readonly number[]): Figure {
  return figureOf({ work, unit: 'ms' }, samples);
}
