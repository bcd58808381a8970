import { Command as Parser, CommanderError, Option } from 'commander';

import { TidemarkError } from '../model/errors.ts';
import type { Command, RawInput } from './command.ts';
import { longName } from './flags.ts';

export type ParsedArguments =
  | { readonly type: 'input'; readonly input: RawInput }
  | { readonly type: 'help'; readonly text: string };

/** Splits what follows the words of a command into flags and arguments, or gives the help text. */
export function parseArguments(words: string, command: Command, rest: readonly string[]): ParsedArguments {
  const help: string[] = [];
  const parser = new Parser(`tidemark ${words}`)
    .description(command.description)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ helpWidth: 110 })
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => undefined })
    .exitOverride()
    .action(() => undefined);
  for (const argument of command.args) parser.argument(argument.spec, argument.help);
  const keys = new Map<string, string>();
  for (const [key, flag] of Object.entries(command.flags)) {
    const option = new Option(flag.spec, flag.help);
    if (flag.repeatable) option.argParser(collector());
    parser.addOption(option);
    keys.set(key, option.attributeName());
  }
  if (command.examples.length > 0) {
    parser.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}\n`).join('')}`);
  }
  try {
    parser.parse(rest, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { type: 'help', text: help.join('') };
    throw usageError(error, words);
  }
  const given: Record<string, unknown> = parser.opts();
  const flags = Object.fromEntries([...keys].map(([key, attribute]) => [key, given[attribute]]));
  return { type: 'input', input: { args: parser.args, flags } };
}

/** The parser's sentence, without its own prefix, and with the place where more is said. */
function usageError(error: CommanderError, words: string): TidemarkError {
  const sentence = error.message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/, ', did you mean $1?');
  return new TidemarkError('UsageError', `${sentence}\nsee tidemark ${words} --help`, { cause: error });
}

/** The long names of a command's flags, for completion. */
export function flagNames(command: Command): string[] {
  return [...Object.values(command.flags).map((flag) => longName(flag.spec)), '--help'];
}

function collector(): (value: string) => string[] {
  const values: string[] = [];
  return (value) => {
    values.push(value);
    return values;
  };
}
