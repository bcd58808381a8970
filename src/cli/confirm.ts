import { TidemarkError } from '../model/errors.ts';
import type { CliDeps } from './deps.ts';

/** Asks whether to go on with something that cannot be taken back. `otherwise` says what to do when nobody can be asked. */
export async function confirm(
  question: string,
  { stdin }: Pick<CliDeps, 'stdin'>,
  otherwise: string,
): Promise<boolean> {
  if (!stdin.isTerminal) {
    throw new TidemarkError('UsageError', `nobody is there to be asked: ${otherwise}`);
  }
  return /^y(es)?$/i.test((await stdin.ask(`${question} [y/N] `)).trim());
}
