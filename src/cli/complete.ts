import type { Home } from '../app/home.ts';
import type { ShownKind } from '../views/shown-kinds.ts';
import type { Command } from './command.ts';
import type { CommandEntry } from './command-entry.ts';
import { aliases, commandTable } from './command-table.ts';
import type { CliDeps } from './deps.ts';
import type { Flag } from './flags.ts';
import { type Noun, nouns } from './nouns.ts';
import { nextWords } from './resolve-command.ts';

/** Something that may come next on the command line. */
export interface Suggestion {
  readonly word: string;
  readonly meaning: string;
}

/** Whoever has pressed a key waits no longer for a cluster that does not answer. */
const patienceMs = 3000;

/** What may come next after `words`, the last of which is the one being typed. Never throws: no suggestion is an answer, too. */
export async function complete(words: readonly string[], deps: CliDeps): Promise<readonly Suggestion[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const isKnown = new AbortController();
  try {
    const tooLate = deps.clock.sleep(patienceMs, isKnown.signal).then((): readonly Suggestion[] => []);
    tooLate.catch(() => undefined);
    const all = await Promise.race([suggestions(before, typed, deps), tooLate]);
    return all.filter(({ word }) => word.startsWith(typed));
  } catch {
    return [];
  } finally {
    isKnown.abort();
  }
}

async function suggestions(
  before: readonly string[],
  typed: string,
  deps: CliDeps,
): Promise<readonly Suggestion[]> {
  const { entries, rest } = follow(before);
  const [entry] = entries;
  const depth = before.length - rest.length;
  const isComplete = entries.length === 1 && entry !== undefined && entry.words.split(' ').length === depth;
  if (!isComplete) {
    // A word that names nothing: whatever comes after it is wrong, too.
    if (rest.length > 0) return [];
    return nextWords(depth, entries).map((word) => ({ word, meaning: meaningOf(word, depth, entries) }));
  }
  const command = await entry.load();
  const flag = flagAwaitingValue(rest, command);
  if (flag !== undefined) return flag.words.map((word) => ({ word, meaning: '' }));
  if (typed.startsWith('-')) return flagSuggestions(command);
  return objectNames(entry, rest, deps);
}

/** Goes along the words as far as they name a command. */
function follow(before: readonly string[]): {
  readonly entries: readonly CommandEntry[];
  readonly rest: readonly string[];
} {
  let entries = commandTable;
  for (const [index, word] of before.entries()) {
    const known = nextWords(index, entries);
    const meant = [word, aliases.get(word)].find(
      (candidate) => candidate !== undefined && known.includes(candidate),
    );
    if (meant === undefined) return { entries, rest: before.slice(index) };
    entries = entries.filter((entry) => entry.words.split(' ')[index] === meant);
  }
  return { entries, rest: [] };
}

function meaningOf(word: string, depth: number, entries: readonly CommandEntry[]): string {
  const own = entries.filter((entry) => entry.words.split(' ')[depth] === word);
  return own.length === 1 ? (own[0]?.summary ?? '') : nextWords(depth + 1, own).join(', ');
}

function flagAwaitingValue(rest: readonly string[], command: Command): Flag<unknown> | undefined {
  const last = rest.at(-1) ?? '';
  return Object.values(command.flags).find(
    ({ spec }) => spec.includes('<') && spec.split(/[ ,]+/).includes(last),
  );
}

function flagSuggestions(command: Command): Suggestion[] {
  return Object.values(command.flags).flatMap(({ spec, help }) =>
    [...spec.matchAll(/--[\w-]+/g)].map(([word]) => ({ word, meaning: help })),
  );
}

/** Commands whose words do not say which objects they take. */
const takesNames: ReadonlyMap<string, Noun> = new Map<string, Noun>([
  ['explain policy', nouns.policy],
  ['diff', nouns.update],
]);

/** Names of objects of the command's kind, in the home that flags and environment choose. */
async function objectNames(
  entry: CommandEntry,
  rest: readonly string[],
  deps: CliDeps,
): Promise<Suggestion[]> {
  const words = entry.words.split(' ').slice(1).join(' ');
  const noun =
    takesNames.get(entry.words) ?? Object.values(nouns).find((candidate) => candidate.words === words);
  if (noun === undefined) return [];
  const home = await deps.openHome({
    file: valuesOf(rest, '-f', '--file'),
    state: valuesOf(rest, '--state').at(-1),
    kubeconfig: valuesOf(rest, '--kubeconfig').at(-1),
    context: valuesOf(rest, '--context').at(-1),
  });
  try {
    return await namesIn(home, noun.kind, valuesOf(rest, '-n', '--namespace').at(-1) ?? 'flux-system');
  } finally {
    await home.close();
  }
}

async function namesIn(home: Home, kind: ShownKind, namespace: string): Promise<Suggestion[]> {
  const { items } = await home.objects.list(kind, { namespace });
  return items.map(({ metadata }) => ({ word: metadata.name, meaning: kind }));
}

function valuesOf(rest: readonly string[], ...names: readonly string[]): string[] {
  return rest.flatMap((word, index) => {
    const equals = names.find((name) => word.startsWith(`${name}=`));
    if (equals !== undefined) return [word.slice(equals.length + 1)];
    return names.includes(word) ? rest.slice(index + 1, index + 2) : [];
  });
}
