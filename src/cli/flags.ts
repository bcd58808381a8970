import { parseMilliseconds } from '../go/duration.ts';
import { TidemarkError } from '../model/errors.ts';
import { nearestWord } from '../model/nearest-word.ts';

/** One flag of a command: how it is written, what it is for, how its value is read. */
export interface Flag<T> {
  /** As help shows it: `-n, --namespace <name>`. */
  readonly spec: string;
  readonly help: string;
  readonly repeatable: boolean;
  /** The words it takes, for completion. */
  readonly words: readonly string[];
  /** Turns what stood on the command line into the value; undefined when the flag was not given. */
  read(raw: unknown): T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values of a set of flags, each with the type that its flag reads. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: ReturnType<F[K]['read']> };

/** A flag without a value. */
export function toggle(spec: string, help: string): Flag<boolean> {
  const negated = spec.includes('--no-');
  return {
    spec,
    help,
    repeatable: false,
    words: [],
    read: (raw) => (negated ? raw === false : raw === true),
  };
}

/** A flag with a text that may be left out. */
export function text(spec: string, help: string): Flag<string | undefined> {
  return {
    spec,
    help,
    repeatable: false,
    words: [],
    read: (raw) => (typeof raw === 'string' ? raw : undefined),
  };
}

/** A flag with a text and a default. */
export function textOr(spec: string, help: string, otherwise: string): Flag<string> {
  return {
    spec,
    help: `${help} (default: ${otherwise})`,
    repeatable: false,
    words: [],
    read: (raw) => (typeof raw === 'string' ? raw : otherwise),
  };
}

/** A flag that may be given several times. */
export function list(spec: string, help: string): Flag<readonly string[]> {
  return {
    spec,
    help: `${help}; may be repeated`,
    repeatable: true,
    words: [],
    read: (raw) => (Array.isArray(raw) ? raw.filter((entry) => typeof entry === 'string') : []),
  };
}

/** A flag that takes one of a few words. */
export function choice<const Words extends readonly string[]>(
  spec: string,
  help: string,
  words: Words,
): Flag<Words[number] | undefined> {
  return {
    spec,
    help: `${help}: ${words.join(', ')}`,
    repeatable: false,
    words,
    read: (raw) => (typeof raw === 'string' ? oneOf(raw, words, longName(spec)) : undefined),
  };
}

/** A flag that is on or off, written as Go's flags are: `--flag`, `--flag=true`, `--flag=false`. */
export function onOff(spec: string, help: string, otherwise: boolean): Flag<boolean> {
  return {
    spec: `${spec} [bool]`,
    help: `${help} (default: ${otherwise})`,
    repeatable: false,
    words: ['true', 'false'],
    read: (raw) => {
      if (typeof raw === 'string') return oneOf(raw, ['true', 'false'], longName(spec)) === 'true';
      // Of a flag whose name begins with no-, the parser says false when it was given, and true when it was not.
      const given = spec.startsWith('--no-') ? raw === false : raw === true;
      return given || otherwise;
    },
  };
}

/** A flag with a duration, read as milliseconds. */
export function duration(spec: string, help: string, otherwise: string): Flag<number> {
  return {
    spec,
    help: `${help} (default: ${otherwise})`,
    repeatable: false,
    words: [],
    read: (raw) => readDuration(typeof raw === 'string' ? raw : otherwise, longName(spec)),
  };
}

/** A flag with a whole number of at least `least`. */
export function count(spec: string, help: string, least = 0): Flag<number | undefined> {
  return {
    spec,
    help,
    repeatable: false,
    words: [],
    read: (raw) => {
      if (typeof raw !== 'string') return undefined;
      const value = Number(raw);
      if (/^\d+$/.test(raw) && Number.isSafeInteger(value) && value >= least) return value;
      throw new TidemarkError(
        'UsageError',
        `${longName(spec)} takes a whole number from ${least}, got "${raw}"`,
      );
    },
  };
}

/** `--namespace` out of `-n, --namespace <name>`. */
export function longName(spec: string): string {
  return /--[\w-]+/.exec(spec)?.[0] ?? spec;
}

function oneOf<T extends string>(raw: string, words: readonly T[], flag: string): T {
  const found = words.find((word) => word.toLowerCase() === raw.toLowerCase());
  if (found !== undefined) return found;
  const near = nearestWord(raw, words);
  const hint = near === undefined ? '' : `, did you mean ${near}?`;
  throw new TidemarkError('UsageError', `${flag} takes one of ${words.join(', ')}, got "${raw}"${hint}`);
}

function readDuration(raw: string, flag: string): number {
  try {
    const ms = parseMilliseconds(raw);
    if (ms >= 0) return ms;
  } catch {
    // The sentence below says it better than the parser can.
  }
  throw new TidemarkError('UsageError', `${flag} takes a duration such as 30s, 5m or 1h30m, got "${raw}"`);
}
