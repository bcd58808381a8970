import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

/** Runs git without anybody's configuration, and returns its standard output. Only for what needs no server of this process. */
export function git(folder: string, args: readonly string[], input?: string | Uint8Array): Buffer {
  return execFileSync('git', ['-C', folder, ...args], {
    env,
    maxBuffer: 1 << 30,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
  });
}

/** The same, as text without its last line break. */
export function gitText(folder: string, ...args: readonly string[]): string {
  return git(folder, args).toString('utf8').replace(/\n$/, '');
}

/** Runs git while this process goes on, so that it may talk to a server of this process. True when it succeeded. */
export async function gitInBackground(folder: string, args: readonly string[]): Promise<boolean> {
  const child = spawn('git', ['-C', folder, ...args], { env, stdio: 'ignore' });
  await once(child, 'exit');
  return child.exitCode === 0;
}
