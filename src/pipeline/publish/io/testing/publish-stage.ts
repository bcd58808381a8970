import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, LogFields } from '../../../../model/log.ts';
import type { FileContent, GitRepository } from '../../../../../test/fakes/git-server/git-repository.ts';
import {
  startGitServer,
  type GitServer,
  type GitServerOptions,
} from '../../../../../test/fakes/git-server/git-server.ts';
import type { CommitDraft, PublishRequest, PublishResult, TreeView } from '../../ports.ts';
import { GitPublisher, type GitPublisherOptions } from '../git-publisher.ts';

/** A Git server with one repository, and a publisher that works on it. */
export interface PublishStage {
  readonly root: string;
  readonly mirrors: string;
  readonly server: GitServer;
  readonly repository: GitRepository;
  readonly publisher: GitPublisher;
  /** Every line that was logged: level, message, fields. */
  readonly logged: readonly string[];
  /** Publishes to the branch `main` of the repository, with what is not given taken from there. */
  publish(request?: Partial<PublishRequest>, signal?: AbortSignal): Promise<PublishResult>;
  /** Another publisher on the same folder, as after a restart. */
  restart(options?: Partial<GitPublisherOptions>): PublishStage;
  /** The folder of the one mirror that there is. */
  mirror(): string;
}

export interface StageOptions extends Omit<GitServerOptions, 'root'> {
  readonly files?: Readonly<Record<string, FileContent>>;
  readonly branch?: string;
  readonly publisher?: Partial<GitPublisherOptions>;
}

export const marked = (image: string): string => `image: ${image} # {"$imagepolicy": "apps:web"}\n`;

/** Two marked files, one without a marker, and one whose name does not count. */
export const fleet: Readonly<Record<string, string>> = {
  'apps/dev/web.yaml': marked('web:1'),
  'apps/prod/web.yaml': marked('web:1'),
  'apps/dev/plain.yaml': 'a: 1\n',
  'README.md': marked('web:1'),
};

export const screen: PublishRequest['screen'] = {
  path: (path) => path.endsWith('.yaml'),
  needle: Buffer.from('"$imagepolicy"'),
};

export const bot = { name: 'Bot', email: 'bot@example.com' };

/** Drafts `image: web:<tag>` into every file that has another one. */
export function setTag(
  tag: string,
  message = `Update to ${tag}\n`,
): (view: TreeView) => CommitDraft | undefined {
  return (view) => {
    const files = view.files.flatMap((file) => {
      const text = file.bytes.toString('latin1');
      const next = text.replaceAll(/web:[\w.-]+/g, `web:${tag}`);
      return next === text ? [] : [{ file, bytes: Buffer.from(next, 'latin1') }];
    });
    return files.length === 0
      ? undefined
      : { files, author: bot, time: new Date(1_715_557_000_000), message };
  };
}

export async function setPublishStage(t: TestContext, options: StageOptions = {}): Promise<PublishStage> {
  const { files = fleet, branch = 'main', publisher = {}, ...serverOptions } = options;
  const root = mkdtempSync(join(tmpdir(), 'tidemark-publish-'));
  const server = await startGitServer({ ...serverOptions, root: join(root, 'remote') });
  t.after(async () => {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });
  const repository = server.createRepository('fleet.git', { branch, files });
  return stageOn(t, { root, server, repository }, publisher);
}

function stageOn(
  t: TestContext,
  given: Pick<PublishStage, 'root' | 'server' | 'repository'>,
  options: Partial<GitPublisherOptions>,
): PublishStage {
  const { root, server } = given;
  const mirrors = join(root, 'mirrors');
  const logged: string[] = [];
  const publisher = new GitPublisher({
    mirrors,
    environment: process.env,
    log: recordingLog(logged),
    clock: { now: () => new Date(), monotonicMs: () => performance.now(), sleep: async (ms) => sleep(ms) },
    ...options,
  });
  t.after(async () => publisher.close());
  return {
    ...given,
    mirrors,
    publisher,
    logged,
    publish: async (request = {}, signal = new AbortController().signal) =>
      publisher.publish({ ...defaults(server.urlOf('fleet.git')), ...request }, signal),
    restart: (again = {}) => stageOn(t, given, { ...options, ...again }),
    mirror: () => join(mirrors, readdirSync(mirrors).find((name) => name !== 'home') ?? 'none'),
  };
}

function defaults(url: string): PublishRequest {
  return {
    remote: { url, timeoutMs: 30_000 },
    checkout: { branch: 'main' },
    push: { branch: 'main', switched: false },
    path: '.',
    screen,
    draft: setTag('2'),
  };
}

function recordingLog(lines: string[]): Log {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const log: Log = { debug: write('debug'), info: write('info'), error: write('error'), with: () => log };
  return log;
}
