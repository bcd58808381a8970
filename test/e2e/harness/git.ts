import { execFileSync } from 'node:child_process';

/** Runs git without anybody's configuration, and returns its standard output. */
export function git(folder: string, args: readonly string[], input?: string | Uint8Array): Buffer {
  return execFileSync('git', ['-C', folder, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    },
    maxBuffer: 1 << 30,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
  });
}

/** The same, as text without its last line break. */
export function gitText(folder: string, ...args: readonly string[]): string {
  return git(folder, args).toString('utf8').replace(/\n$/, '');
}
