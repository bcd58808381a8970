import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';
import type { Lifetime } from './workspace.ts';

const version = '5.2.5';

/** The installation, outside of the checkout: it is large, and the same for all. */
const folder = join(homedir(), '.cache/tidemark', `moto-${version}`);

/** Installs moto the first time, which takes a minute. The reason why there is none, or false. */
export function motoMissing(): string | false {
  if (existsSync(join(folder, 'complete'))) return false;
  const failed = (what: string): string => `moto ${version} cannot be installed: ${what}`;
  // Where another run is at it, or has given up half-way, this one begins anew beside it.
  const building = `${folder}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  const steps: readonly (readonly [string, ...string[]])[] = [
    ['python3', '-m', 'venv', building],
    [
      join(building, 'bin/pip'),
      'install',
      '--quiet',
      '--retries=1',
      '--timeout=30',
      `moto[server]==${version}`,
    ],
  ];
  for (const [program, ...args] of steps) {
    const done = spawnSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 600_000,
    });
    if (done.status === 0) continue;
    rmSync(building, { recursive: true, force: true });
    return failed(done.error?.message ?? done.stderr.trim().split('\n').at(-1) ?? program);
  }
  writeFileSync(join(building, 'complete'), '');
  rmSync(folder, { recursive: true, force: true });
  renameSync(building, folder);
  return false;
}

/** Moto on loopback: ECR and STS in the real wire shape. */
export interface Moto {
  readonly host: string;
  readonly url: string;
  /** What it said. */
  log(): string;
}

export async function startMoto(t: Pick<Lifetime, 'after'>): Promise<Moto> {
  const port = await freePort();
  // Run as a module: scripts of an environment that was moved name the old place.
  const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const child = spawn(join(folder, 'bin/python'), args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => said.push(String(text)));
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const host = `127.0.0.1:${port}`;
  await waitUntil(
    async () => {
      if (child.exitCode !== null) throw new Error(`moto ended: ${said.join('')}`);
      return (await fetch(`http://${host}/moto-api/data.json`)).status === 200;
    },
    { what: `moto on ${host}`, timeoutMs: 60_000 },
  );
  return { host, url: `http://${host}`, log: () => said.join('') };
}
