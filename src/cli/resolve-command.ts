import { TidemarkError } from '../model/errors.ts';
import { nearestWord } from '../model/nearest-word.ts';
import type { CommandEntry } from './command-entry.ts';
import { aliases } from './command-table.ts';

/** What the words of a command line name. */
export type Resolved =
  | { readonly type: 'command'; readonly entry: CommandEntry; readonly rest: readonly string[] }
  /** A verb or noun that needs another word, with help asked for: `tidemark get --help`. */
  | { readonly type: 'group'; readonly words: readonly string[]; readonly entries: readonly CommandEntry[] };

/**
 * Finds the command that the words before the first argument name.
 *
 * Flags may stand before and between the words: `tidemark -n apps get image policy`.
 * Throws `UsageError` for words that name nothing, or not enough.
 */
export function resolveCommand(argv: readonly string[], table: readonly CommandEntry[]): Resolved {
  const rest: string[] = [];
  const words: string[] = [];
  let entries = table;
  for (let index = 0; index < argv.length; index += 1) {
    const token = argv[index] ?? '';
    if (token === '--') {
      rest.push(...argv.slice(index));
      break;
    }
    const complete = entries.length === 1 && entries[0]?.words === words.join(' ');
    if (complete || token.startsWith('-')) {
      rest.push(token);
      // A flag before the command's words brings its value along.
      if (!complete && valueFlags.has(token)) {
        index += 1;
        rest.push(...argv.slice(index, index + 1));
      }
      continue;
    }
    const word = meant(token, words.length, entries);
    if (word === undefined) throw unknownWord(token, words, entries);
    words.push(word);
    entries = entries.filter((entry) => startsWith(entry, words));
  }
  const [entry] = entries;
  if (entry !== undefined && entries.length === 1 && entry.words === words.join(' ')) {
    return { type: 'command', entry, rest };
  }
  if (words.length === 0 || rest.some((token) => token === '--help' || token === '-h')) {
    return { type: 'group', words, entries };
  }
  throw missingWord(words, entries);
}

/** Flags of all commands that take a value, for those that stand before the verb. */
const valueFlags: ReadonlySet<string> = new Set([
  '-n',
  '--namespace',
  '-f',
  '--file',
  '--state',
  '--secrets',
  '-o',
  '--output',
  '-l',
  '--label-selector',
  '--timeout',
  '--color',
  '--kubeconfig',
  '--context',
]);

/** The words that may come next. */
export function nextWords(depth: number, entries: readonly CommandEntry[]): string[] {
  const words = entries.flatMap((entry) => entry.words.split(' ')[depth] ?? []);
  return [...new Set(words)];
}

function meant(token: string, depth: number, entries: readonly CommandEntry[]): string | undefined {
  const known = nextWords(depth, entries);
  return [token, aliases.get(token)].find((word) => word !== undefined && known.includes(word));
}

function startsWith(entry: CommandEntry, words: readonly string[]): boolean {
  const own = entry.words.split(' ');
  return words.every((word, index) => own[index] === word);
}

function unknownWord(
  token: string,
  words: readonly string[],
  entries: readonly CommandEntry[],
): TidemarkError {
  const known = nextWords(words.length, entries);
  const others = [...aliases].filter(([, word]) => known.includes(word)).map(([alias]) => alias);
  const near = nearestWord(token, [...known, ...others]);
  const where = words.length === 0 ? 'there is no command' : `"${words.join(' ')}" knows no`;
  const hint =
    near === undefined
      ? `; it is one of ${known.join(', ')}`
      : `, did you mean "${[...words, near].join(' ')}"?`;
  return new TidemarkError('UsageError', `${where} "${token}"${hint}`);
}

function missingWord(words: readonly string[], entries: readonly CommandEntry[]): TidemarkError {
  const known = nextWords(words.length, entries);
  return new TidemarkError('UsageError', `"${words.join(' ')}" needs one more word: ${known.join(', ')}`);
}
