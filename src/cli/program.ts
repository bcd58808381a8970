import { isTidemarkError } from '../model/errors.ts';
import { commandTable } from './command-table.ts';
import type { CliDeps } from './deps.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { choice, type Flags, toggle } from './flags.ts';
import { groupHelp, programHelp } from './help.ts';
import { Output, type Sink } from './output.ts';
import { reportError } from './report-error.ts';
import { resolveCommand } from './resolve-command.ts';

export interface Streams {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** Exit code of a command that was interrupted before its end, as shells have it. */
export const interrupted = 130;

/** The whole program: finds the command that `argv` names, runs it, and says what went wrong. */
export async function runProgram(
  argv: readonly string[],
  deps: CliDeps,
  streams: Streams,
): Promise<ExitCode | typeof interrupted> {
  const out = new Output({ ...streams, ...outputSettings(argv, deps, streams) });
  try {
    return await dispatch(argv, deps, out);
  } catch (error) {
    if (deps.signal.aborted && !isTidemarkError(error, 'UsageError')) return interrupted;
    reportError(error, out);
    return exitCodes.failed;
  }
}

async function dispatch(argv: readonly string[], deps: CliDeps, out: Output): Promise<ExitCode> {
  const words = wordsOf(argv);
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
    out.data(`tidemark ${deps.version()}\n`);
    return exitCodes.done;
  }
  if (words[0] === '__complete') {
    const { complete } = await import('./complete.ts');
    const found = await complete(words.slice(1), deps);
    out.data(found.map(({ word, meaning }) => `${word}\t${meaning}\n`).join(''));
    return exitCodes.done;
  }
  const resolved = resolveCommand(words, commandTable);
  if (resolved.type === 'group') {
    out.data(resolved.words.length === 0 ? programHelp() : groupHelp(resolved.words, resolved.entries));
    return exitCodes.done;
  }
  const [command, { parseArguments }] = await Promise.all([
    resolved.entry.load(),
    import('./parse-arguments.ts'),
  ]);
  const complete = { ...command, flags: { ...command.flags, ...everywhere } };
  const parsed = parseArguments(resolved.entry.words, complete, resolved.rest);
  if (parsed.type === 'help') {
    out.data(parsed.text);
    return exitCodes.done;
  }
  for (const [name, flag] of Object.entries(everywhere)) flag.read(parsed.input.flags[name]);
  return command.run(deps, parsed.input, out);
}

/** Flags of every command. They are read before anything else, so that errors obey them, too. */
const everywhere: Flags = {
  verbose: toggle('-v, --verbose', 'say more: what was skipped, and why something failed'),
  color: choice('--color <when>', 'colors on standard error', ['auto', 'always', 'never']),
};

/** `tidemark help get image` is `tidemark get image --help`. */
function wordsOf(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

function outputSettings(
  argv: readonly string[],
  deps: CliDeps,
  streams: Streams,
): { readonly color: boolean; readonly verbose: boolean } {
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const at = flags.findIndex((token) => token === '--color' || token.startsWith('--color='));
  const when = flags[at]?.includes('=') ? flags[at]?.slice('--color='.length) : flags[at + 1];
  const chosen = at === -1 ? 'auto' : when;
  const auto =
    streams.stderr.isTerminal &&
    (deps.environment['NO_COLOR'] ?? '') === '' &&
    deps.environment['TERM'] !== 'dumb';
  return {
    color: chosen === 'always' || (chosen !== 'never' && auto),
    verbose: flags.some((token) => token === '--verbose' || /^-[Aws]*v[Avws]*$/.test(token)),
  };
}
