import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Workspace } from './workspace.ts';
import { waitUntil } from './wait-until.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is still running. */
export interface Running {
  readonly pid: number;
  /** Fails, with what it said, when the command has ended although nobody asked it to. */
  assertAlive(): void;
  /** Everything said so far, both streams in the order of arrival. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGKILL for the process and all its children at one instant. Only with `detached`. */
  killWithChildren(): void;
  readonly finished: Promise<Finished>;
  /** SIGTERM, then the end. */
  stop(): Promise<Finished>;
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<string>;
}

/** Runs the program as a person would: a process of its own, arguments, environment, exit code. */
export interface Tidemark {
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): Running;
  /** Everything that any command said, for the search for secrets. */
  transcript(): string;
}

export interface TidemarkOptions {
  /** The program and its first arguments; `bin/tidemark` of the checkout by default. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** Gives each command a process group of its own. */
  readonly detached?: boolean;
}

/** The program with home and temporary folder inside the workspace, so that whatever it leaves behind can be found there. */
export function tidemarkIn(workspace: Workspace, options: TidemarkOptions = {}): Tidemark {
  const [program = '', ...first] = options.command ?? [`${checkout}bin/tidemark`];
  const said: string[] = [];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: workspace.makeFolder('home'),
    TMPDIR: workspace.makeFolder('tmp'),
    NO_COLOR: '1',
    ...options.env,
  };
  const start = (...args: string[]): Running => {
    const child = spawn(program, [...first, ...args], {
      cwd: options.cwd ?? workspace.root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.detached ?? false,
    });
    return observe(child, said);
  };
  return {
    start,
    run: async (...args) => {
      const running = start(...args);
      const timer = setTimeout(() => running.kill('SIGKILL'), options.timeoutMs ?? 120_000);
      return running.finished.finally(() => clearTimeout(timer));
    },
    transcript: () => said.join(''),
  };
}

function observe(child: ChildProcessByStdio<null, Readable, Readable>, said: string[]): Running {
  const chunks = { stdout: [] as string[], stderr: [] as string[], both: [] as string[] };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      chunks[name].push(text);
      chunks.both.push(text);
      said.push(text);
    });
  }
  const finished = once(child, 'close').then(([code, signal]): Finished => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout: chunks.stdout.join(''),
    stderr: chunks.stderr.join(''),
  }));
  const running: Running = {
    pid: child.pid ?? -1,
    output: () => chunks.both.join(''),
    assertAlive: () => {
      if (child.exitCode === null && child.signalCode === null) return;
      throw new Error(`it ended with ${child.exitCode ?? child.signalCode}: ${chunks.both.join('')}`);
    },
    kill: (signal) => void child.kill(signal),
    killWithChildren: () => void process.kill(-running.pid, 'SIGKILL'),
    finished,
    stop: () => {
      child.kill('SIGTERM');
      return finished;
    },
    waitForOutput: async (pattern, timeoutMs = 30_000) => {
      await waitUntil(
        () => {
          if (child.exitCode !== null && !pattern.test(running.output())) throw new Error(running.output());
          return pattern.test(running.output());
        },
        { what: `output that matches ${pattern}, in:\n${running.output()}`, timeoutMs },
      );
      return running.output();
    },
  };
  return running;
}
