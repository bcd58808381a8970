import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../app/clock.ts';
import { check } from '../../commands/check.ts';
import type { CliDeps } from '../../deps.ts';
import { openHome } from '../../open-home.ts';
import { Output } from '../../output.ts';

export interface CheckRun {
  readonly code: number;
  /** What it said, line by line. */
  readonly lines: readonly string[];
}

export interface CheckOptions {
  /** Relative paths begin here. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `tidemark check` in this process, so that the servers of a test can answer it. Pauses between retries take no time. */
export async function runCheck(
  flags: Readonly<Record<string, unknown>>,
  { folder, environment = {} }: CheckOptions,
): Promise<CheckRun> {
  const said: string[] = [];
  const sink = { isTerminal: false, write: (text: string | Uint8Array) => void said.push(String(text)) };
  const out = new Output({ stdout: sink, stderr: sink, color: false, verbose: false });
  const deps: CliDeps = {
    version: () => 'test',
    environment: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...environment },
    folder,
    clock: { ...systemClock, sleep: async () => undefined },
    signal: new AbortController().signal,
    stdin: { isTerminal: false, read: async () => Buffer.alloc(0), ask: async () => '' },
    tools: () => Promise.reject(new Error('no tools are needed')),
    openHome: (choice) => openHome(choice, deps),
    openCluster: () => Promise.reject(new Error('there is no cluster')),
  };
  const code = await check.run(deps, { args: [], flags }, out);
  return { code, lines: said.join('').trimEnd().split('\n') };
}

/** Lays a Secret out below `secrets` of the folder. */
export function laySecret(folder: string, name: string, data: Readonly<Record<string, string>>): void {
  const place = join(folder, 'secrets', 'flux-system', name);
  mkdirSync(place, { recursive: true });
  for (const [key, value] of Object.entries(data)) writeFileSync(join(place, key), value);
}

/** The keys of a Secret with the account of a registry. */
export function dockerConfig(host: string, username: string, password: string): Record<string, string> {
  return { '.dockerconfigjson': JSON.stringify({ auths: { [host]: { username, password } } }) };
}
