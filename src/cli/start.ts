import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

import { systemClock } from '../app/clock.ts';
import type { CliDeps } from './deps.ts';
import type { Sink } from './output.ts';
import { interrupted, runProgram } from './program.ts';

/** How long a command that was told to stop may take before the process ends anyway: in 10 seconds it is over. */
const patienceMs = 9000;

/** Connects the program to the process that it runs in. The only place that knows both. */
export async function start(argv: readonly string[]): Promise<void> {
  const abort = new AbortController();
  // To be stopped is the normal end of a process that runs for months.
  const verb = argv.find((word) => !word.startsWith('-'));
  const codeWhenStopped = verb === 'run' || verb === 'controller' ? 0 : interrupted;
  const stop = (reason: string): void => {
    // The second Ctrl-C of somebody who does not want to wait.
    if (abort.signal.aborted) process.exit(interrupted);
    abort.abort(new Error(reason));
    setTimeout(() => process.exit(process.exitCode ?? codeWhenStopped), patienceMs).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  const deps: CliDeps = {
    version: packageVersion,
    environment: process.env,
    folder: process.cwd(),
    clock: systemClock,
    signal: abort.signal,
    openHome: async (choice) => (await import('./open-home.ts')).openHome(choice, deps),
    openCluster: async (choice) => (await import('./open-cluster.ts')).openCluster(choice, deps),
    tools: async () => (await import('../app/tools.ts')).createTools(),
    stdin: {
      isTerminal: process.stdin.isTTY,
      read: readStdin,
      ask: async (question) => askOnTerminal(question, abort.signal),
    },
  };
  const stdout = sinkOf(process.stdout, () => abort.abort(new Error('nobody reads the output')));
  const stderr = sinkOf(process.stderr, () => undefined);
  process.exitCode = await runProgram(argv, deps, { stdout, stderr });
  // Whatever a library has left open must not keep the process once its output has arrived.
  process.stdout.write('', () => setTimeout(() => process.exit(), 500).unref());
}

/** A stream whose reader may go away at any time: `tidemark get | head -1`. */
function sinkOf(stream: NodeJS.WriteStream, whenClosed: () => void): Sink {
  let open = true;
  stream.on('error', () => {
    open = false;
    whenClosed();
  });
  return {
    isTerminal: stream.isTTY,
    write: (text) => {
      if (open) stream.write(text);
    },
  };
}

async function readStdin(): Promise<Buffer> {
  return buffer(process.stdin);
}

async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
  }
}

/** From the package.json above this file, in a checkout or in the built package. */
function packageVersion(): string {
  const [version = 'unknown'] = ['../../package.json', '../../../package.json'].flatMap((path) => {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return [/"name": "tidemark",\s+"version": "([^"]+)"/.exec(text)?.[1] ?? []].flat();
    } catch {
      return [];
    }
  });
  return version;
}
