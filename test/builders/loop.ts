import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { reconcileRequestAnnotation } from '../../src/api/annotations.ts';
import type { CoreEvent } from '../../src/api/event.ts';
import type { Kinds, ReconciledKind } from '../../src/api/kinds.ts';
import { systemClock } from '../../src/app/clock.ts';
import { createEngine } from '../../src/app/create-engine.ts';
import { openParts } from '../../src/app/embedded/open-parts.ts';
import { silentLog } from '../../src/model/log.ts';
import type { Condition } from '../../src/api/object.ts';
import { openLocalStore } from '../../src/store/local/local-store.ts';
import type { GitRepository as FakeRepository } from '../fakes/git-server/git-repository.ts';
import { startGitServer, type GitServer } from '../fakes/git-server/git-server.ts';
import type { FakeRegistry } from '../fakes/registry/fake-registry.ts';
import { startRegistry, type StartOptions } from '../fakes/registry/start-registry.ts';

/** The whole loop in this process: real store, real git, real sockets; only registry and Git server are fakes. */
export interface Loop {
  readonly registry: FakeRegistry;
  /** `127.0.0.1:port` of the registry. */
  readonly host: string;
  readonly git: GitServer;
  /** Writes a file of objects; `HOST` and `GIT` stand for the addresses. */
  write(file: string, yaml: string): void;
  remove(file: string): void;
  /** Waits until nothing is left to do. */
  idle(): Promise<void>;
  /** Waits until `holds`, however many runs that takes. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>;
  get<K extends ReconciledKind>(kind: K, name: string, namespace?: string): Promise<Kinds[K] | undefined>;
  /** `Ready=True Succeeded: message` of each condition. */
  conditions(kind: ReconciledKind, name: string, namespace?: string): Promise<readonly string[]>;
  /** Asks for a run and waits until it is answered. */
  request(kind: ReconciledKind, name: string, namespace?: string): Promise<void>;
  events(kind: ReconciledKind, name: string): Promise<readonly CoreEvent[]>;
  createRepository(name: string, files: Readonly<Record<string, string>>): FakeRepository;
}

export interface LoopOptions {
  readonly registry?: StartOptions;
  readonly gitUsers?: Parameters<typeof startGitServer>[0]['users'];
  readonly crossNamespaceAllowed?: boolean;
  /** The objects to work on, by their labels. */
  readonly shard?: string;
  /** As in a cluster when false. */
  readonly readsLocalFiles?: boolean;
}

const patienceMs = 30_000;

export async function startLoop(t: TestContext, options: LoopOptions = {}): Promise<Loop> {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-loop-'));
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const { registry, host, close } = await startRegistry(options.registry);
  t.after(close);
  const gitRoot = join(root, 'git');
  const git = await startGitServer({
    root: gitRoot,
    ...(options.gitUsers === undefined ? {} : { users: options.gitUsers }),
  });
  t.after(() => git.close());
  const objects = join(root, 'objects');
  mkdirSync(objects);
  const stateFolder = join(root, 'state');
  const base = { clock: systemClock, log: silentLog };
  const store = await openLocalStore({ ...base, paths: [objects], stateFolder, role: 'runner' });
  t.after(() => store.close());
  const parts = openParts({
    ...base,
    folder: stateFolder,
    environment: { PATH: process.env['PATH'] },
    userAgent: 'test',
  });
  t.after(() => parts.close());
  const engine = createEngine({
    ...base,
    ...parts,
    store: store.objects,
    events: store.events,
    concurrency: 4,
    crossNamespaceAllowed: options.crossNamespaceAllowed ?? true,
    requeueDependencyMs: 30_000,
    watchesSecrets: true,
    shard: options.shard,
    objectLevelIdentity: false,
    readsLocalFiles: options.readsLocalFiles ?? true,
  });
  t.after(() => engine.stop());
  await engine.start();
  // Keys in PEM may hold such letters too.
  const fill = (text: string): string =>
    text.replace(/(?<![A-Za-z0-9+/])(?:HOST|GIT)(?![A-Za-z0-9+=])/g, (word) =>
      word === 'GIT' ? git.url : host,
    );
  const until: Loop['until'] = async (holds) => {
    const deadline = Date.now() + patienceMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error('waited in vain');
      await systemClock.sleep(10);
    }
  };
  const loop: Loop = {
    registry,
    host,
    git,
    until,
    write: (file, yaml) => {
      const path = join(objects, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, fill(yaml));
    },
    remove: (file) => rmSync(join(objects, file)),
    idle: () => engine.idle(),
    get: (kind, name, namespace = 'apps') => store.objects.get(kind, { namespace, name }),
    conditions: async (kind, name, namespace = 'apps') => {
      const object = await store.objects.get(kind, { namespace, name });
      return (object?.status?.conditions ?? []).map(showCondition);
    },
    request: async (kind, name, namespace = 'apps') => {
      const asked = String(performance.now());
      const annotations = { [reconcileRequestAnnotation]: asked };
      await store.objects.patchMetadata(kind, { namespace, name }, { annotations });
      await until(
        async () => (await loop.get(kind, name, namespace))?.status?.lastHandledReconcileAt === asked,
      );
      await engine.idle();
    },
    events: (kind, name) => store.events.list({ kind, name }),
    createRepository: (name, files) =>
      git.createRepository(name, { branch: 'main', files: mapValues(files, fill) }),
  };
  return loop;
}

function showCondition({ type, status, reason, message }: Condition): string {
  return `${type}=${status} ${reason}: ${message}`;
}

function mapValues(
  files: Readonly<Record<string, string>>,
  change: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, change(text)]));
}
