import { TidemarkError } from '../../model/errors.ts';
import type { CliDeps } from '../deps.ts';
import type { Output } from '../output.ts';
import { readInput } from '../read-input.ts';

/** One secret text that may stand on the command line, as it does for Flux, or in a file or standard input. */
export interface SecretText {
  /** `--password`: names the flag with the text itself; the one with the file has `-file` at its end. */
  readonly flag: string;
  readonly given: string | undefined;
  /** `-` is standard input. */
  readonly file: string | undefined;
}

/** Reads a secret text, and warns when it has been seen by others already. Undefined when it was not given. */
export async function readSecretText(
  { flag, given, file }: SecretText,
  deps: CliDeps,
  out: Output,
): Promise<string | undefined> {
  if (given !== undefined && file !== undefined) {
    throw new TidemarkError('UsageError', `give ${flag} or ${flag}-file, not both`);
  }
  if (file === undefined) {
    if (given === '') throw new TidemarkError('UsageError', `${flag} is empty`);
    if (given !== undefined) warnOfArgument(flag, out);
    return given;
  }
  // What ends a line in an editor is no part of a password.
  const text = (await readInput(file, deps)).toString('utf8').replace(/\r?\n$/, '');
  if (text !== '') return text;
  throw new TidemarkError('UsageError', `${shownInput(file)}, which ${flag}-file names, is empty`);
}

/** Every process of the machine can read the arguments of every other. */
export function warnOfArgument(flag: string, out: Output): void {
  out.say(
    'warning',
    `${flag} shows a secret to whoever lists the processes of this machine, and to the history of the shell: use ${flag}-file FILE, or ${flag}-file - for standard input`,
  );
}

/** The text of a file that holds keys or certificates, or of standard input. */
export async function readPemFile(file: string, deps: CliDeps): Promise<string> {
  return (await readInput(file, deps)).toString('utf8');
}

/** Throws `UsageError` when more than one flag wants standard input. */
export function readOnce(files: readonly (string | undefined)[]): void {
  if (files.filter((file) => file === '-').length > 1)
    throw new TidemarkError('UsageError', 'standard input can be read once: give "-" to only one flag');
}

export function shownInput(file: string): string {
  return file === '-' ? 'standard input' : file;
}
