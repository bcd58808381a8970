import type { CliDeps } from './deps.ts';
import type { ExitCode } from './exit-code.ts';
import type { Flags, FlagValues } from './flags.ts';
import type { Output } from './output.ts';

/** A positional argument, as commander writes it: `<path>`, `[name...]`. */
export interface Argument {
  readonly spec: string;
  readonly help: string;
}

export interface CommandSpec<F extends Flags> {
  /** One line, as the list of commands shows it. */
  readonly summary: string;
  /** What help says below the usage line. Defaults to the summary. */
  readonly description?: string;
  readonly args?: readonly Argument[];
  readonly flags: F;
  readonly examples?: readonly string[];
  run(deps: CliDeps, input: CommandInput<F>, out: Output): Promise<ExitCode>;
}

export interface CommandInput<F extends Flags> {
  readonly args: readonly string[];
  readonly flags: FlagValues<F>;
}

/** A command with the types of its flags forgotten: what the program works with. */
export interface Command {
  readonly summary: string;
  readonly description: string;
  readonly args: readonly Argument[];
  readonly flags: Flags;
  readonly examples: readonly string[];
  /** Reads the flags and runs. Throws `UsageError` for a value that cannot be. */
  run(deps: CliDeps, raw: RawInput, out: Output): Promise<ExitCode>;
}

export interface RawInput {
  readonly args: readonly string[];
  /** By the name of the flag's key in `flags`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Describes a command: plain data, and a function that does it. */
export function defineCommand<F extends Flags>(spec: CommandSpec<F>): Command {
  return {
    summary: spec.summary,
    description: spec.description ?? spec.summary,
    args: spec.args ?? [],
    flags: spec.flags,
    examples: spec.examples ?? [],
    run: (deps, raw, out) => spec.run(deps, { args: raw.args, flags: readFlags(spec.flags, raw.flags) }, out),
  };
}

function readFlags<F extends Flags>(flags: F, raw: Readonly<Record<string, unknown>>): FlagValues<F> {
  const values = Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, flag.read(raw[key])]));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was just read by the flag of its key
  return values as FlagValues<F>;
}
