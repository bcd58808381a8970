import { spawnSync } from 'node:child_process';
import { figureOf, type Figure } from './figure.ts';
import { program } from './runner.ts';

const rounds = 21;

/** From the command line to the last line of help. */
export function benchHelp(): readonly Figure[] {
  const once = (): number => {
    const started = performance.now();
    const { status } = spawnSync(program, ['--help'], { stdio: 'ignore' });
    if (status !== 0) throw new Error(`tidemark --help ended with ${status}`);
    return performance.now() - started;
  };
  once();
  const samples = Array.from({ length: rounds }, once);
  return [figureOf({ work: '`tidemark --help`', unit: 'ms', target: 'under 100 ms' }, samples)];
}
