import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../bin/tidemark', import.meta.url));

export interface ProgramRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `bin/tidemark` as a person would, in a clean environment, until it ends. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): ProgramRun {
  const { status, stdout, stderr } = spawnSync(program, args, {
    input: options.input ?? '',
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  return { code: status, stdout, stderr };
}
