import { spawn, type ChildProcess } from 'node:child_process';
import { TidemarkError } from '../../../model/errors.ts';

/** How one git process is started. */
export interface GitCall {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

export interface GitExit {
  readonly code: number | null;
  readonly stdout: string;
  /** Bounded: the beginning and the end of a long one. */
  readonly stderr: string;
}

const KEPT = 32 * 1024;
const GRACE_MS = 300;

/** The `git` of this machine: starts it, and ends it with everything that it started. */
export class GitProgram {
  readonly #command: string;

  constructor(command = 'git') {
    this.#command = command;
  }

  /** Runs git to its end. When `signal` is aborted its whole process group is ended first, then the reason is thrown. */
  async run(call: GitCall, signal: AbortSignal): Promise<GitExit> {
    signal.throwIfAborted();
    const child = this.start(call);
    child.stdin?.end();
    const stdout: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    const stderr = boundedText(child);
    const onAbort = (): void => endGroup(child);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const code = await exitOf(child);
      signal.throwIfAborted();
      return { code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr() };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof Error ? startFailure(error) : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Starts git as the head of a process group of its own, all three streams piped. */
  start({ args, environment, directory }: GitCall): ChildProcess {
    return spawn(this.#command, args, {
      cwd: directory,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      windowsHide: true,
    }).on('error', () => undefined);
  }
}

/** Ends a process and all that it started: politely, so that it removes its lock files, and then for good. */
export function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}

/** Collects standard error; the function returns what is kept of it. */
export function boundedText(child: ChildProcess): () => string {
  let head = '';
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    if (head.length < KEPT) head += chunk;
    else tail = (tail + chunk).slice(-KEPT);
  });
  return () => head + tail;
}

/** Resolves with the exit code once all streams are closed; rejects when the program could not be started. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
    child.stdin?.on('error', () => undefined); // A process that ends early does not read its input: the exit code tells.
  });
}

function signalGroup(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The whole group has ended.
  }
}

/** What is thrown when git could not even be started. */
export function startFailure(error: Error): Error {
  if (!('code' in error) || error.code !== 'ENOENT') return error;
  return new TidemarkError('GitFailed', 'git was not found in PATH: install git 2.31 or newer', {
    cause: error,
  });
}
