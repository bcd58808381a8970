import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registryWriter, type RegistryWriter } from './registry-writer.ts';
import { waitUntil } from './wait-until.ts';
import type { Lifetime } from './workspace.ts';

const sources = fileURLToPath(new URL('./ociregd', import.meta.url));

export interface PagingRegistry extends RegistryWriter {
  readonly host: string;
}

/** Whether there is a Go to build it with; the reason to skip a test otherwise. */
export function goMissing(): string | false {
  return spawnSync('go', ['version']).status === 0 ? false : 'go not installed';
}

/** Starts a registry in memory that gives out tag lists in pages; built the first time on a machine. */
export async function startPagingRegistry(
  t: Pick<Lifetime, 'after'>,
  { pageSize }: { readonly pageSize: number },
): Promise<PagingRegistry> {
  const child = spawn(build(), ['-page', String(pageSize)], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill());
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const host = await waitUntil(() => /^ready (\S+)$/m.exec(said)?.[1], { what: 'a paging registry' });
  return { host, ...registryWriter(host) };
}

function build(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(sources, file)));
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'tidemark', 'ociregd', hash.digest('hex').slice(0, 16));
  const program = join(folder, 'ociregd');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' };
  const made = spawnSync('go', ['build', '-trimpath', '-buildvcs=false', '-o', unfinished, '.'], {
    cwd: sources,
    env,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`go build: ${made.stderr}`);
  renameSync(unfinished, program);
  return program;
}
