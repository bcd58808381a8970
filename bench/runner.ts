import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { reconcileRequestAnnotation } from '../src/api/annotations.ts';
import type { ReconciledKind } from '../src/api/kinds.ts';
import { systemClock } from '../src/app/clock.ts';
import { silentLog } from '../src/model/log.ts';
import type { ObjectKey } from '../src/model/object-key.ts';
import { openLocalStore, type LocalStore } from '../src/store/local/local-store.ts';

export const program = fileURLToPath(new URL('../bin/tidemark', import.meta.url));
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A folder of objects, and the state beside it. */
export interface Home {
  readonly root: string;
  readonly objects: string;
  readonly state: string;
}

export function homeIn(root: string): Home {
  return { root, objects: join(root, 'objects'), state: join(root, 'state') };
}

/** `tidemark run`, as a person starts it. */
export interface Runner {
  readonly pid: number;
  stop(): Promise<void>;
}

export function startRunner({ root, objects, state }: Home, ...more: readonly string[]): Runner {
  const log = openSync(join(root, 'log'), 'a');
  const [command = '', ...first] = commandLine();
  const child = spawn(
    command,
    [...first, 'run', '-f', objects, '--state', state, '--listen', 'off', ...more],
    {
      stdio: ['ignore', 'ignore', log],
      env: { ...settings(), PATH: process.env['PATH'] ?? '', HOME: root, TMPDIR: root },
    },
  );
  closeSync(log);
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? -1,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What is set for Node and the allocator, to look inside or to compare. */
function settings(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(NODE|MALLOC)_/.test(name)));
}

/** The program as people start it, or with other flags of Node than it chooses itself, to compare them. */
function commandLine(): readonly string[] {
  const flags = process.env['TIDEMARK_BENCH_NODE_FLAGS'];
  return flags === undefined ? [program] : [process.execPath, ...flags.split(' ').filter(Boolean), main];
}

/** Opens the store as commands do. */
export async function visit({ objects, state }: Home): Promise<LocalStore> {
  return openLocalStore({
    paths: [objects],
    stateFolder: state,
    role: 'visitor',
    clock: systemClock,
    log: silentLog,
  });
}

/** Asks for runs as `tidemark reconcile` does. Returns when the requests were written, on the clock of `performance`. */
export async function requestRuns(
  home: Home,
  kind: ReconciledKind,
  keys: readonly ObjectKey[],
): Promise<number> {
  const store = await visit(home);
  try {
    const annotations = { [reconcileRequestAnnotation]: new Date().toISOString() };
    const started = performance.now();
    await Promise.all(keys.map(async (key) => store.objects.patchMetadata(kind, key, { annotations })));
    return started;
  } finally {
    await store.close();
  }
}

/** How many policies have selected something. */
export function countSelected({ state }: Home): number {
  if (!existsSync(join(state, 'state.db'))) return 0;
  const database = new DatabaseSync(join(state, 'state.db'), { readOnly: true, timeout: 5000 });
  try {
    const query = `SELECT count(*) AS n FROM object
      WHERE kind = 'ImagePolicy' AND json_extract(status, '$.latestRef') IS NOT NULL`;
    return Number(database.prepare(query).get()?.['n']);
  } catch {
    // The tables are only being made.
    return 0;
  } finally {
    database.close();
  }
}

/** Asks again and again until the answer is yes. */
export async function until(
  ask: () => boolean,
  {
    what,
    everyMs,
    limitMs = 120_000,
  }: { readonly what: string; readonly everyMs: number; readonly limitMs?: number },
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!ask()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await pause(everyMs);
  }
}
