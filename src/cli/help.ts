import { type CommandEntry, sections } from './command-entry.ts';
import { commandTable } from './command-table.ts';
import { nextWords } from './resolve-command.ts';

/** What `tidemark --help` shows. */
export function programHelp(): string {
  const lines = commandTable.map((entry) => ({ section: entry.section, ...lineOf(entry) }));
  const width = Math.max(...lines.map((line) => line.words.length)) + 2;
  const blocks = sections.flatMap((section) => {
    const own = lines.filter((line) => line.section === section);
    const unique = new Map(own.map((line) => [line.words, `  ${line.words.padEnd(width)}${line.summary}\n`]));
    return unique.size === 0 ? [] : [`${section}:\n${[...unique.values()].join('')}`];
  });
  return [
    'Usage: tidemark <verb> <noun> [NAME...] [flags]\n',
    'Image automation for Git: finds new container images, decides by policy, commits them byte-exactly.\n',
    ...blocks,
    'tidemark <verb> <noun> --help says more about one command.\n',
  ].join('\n');
}

/** What `tidemark get --help` shows. */
export function groupHelp(words: readonly string[], entries: readonly CommandEntry[]): string {
  const next = nextWords(words.length, entries).join('|');
  const width = Math.max(...entries.map((entry) => entry.words.length)) + 2;
  const lines = entries.map((entry) => `  ${entry.words.padEnd(width)}${entry.summary}\n`);
  return `Usage: tidemark ${words.join(' ')} ${next}\n\n${lines.join('')}`;
}

/** Commands of one family stand on one line: `get image repository|policy|update`. */
function lineOf(entry: CommandEntry): { readonly words: string; readonly summary: string } {
  const { family } = entry;
  if (family === undefined) return entry;
  const members = commandTable.filter((other) => other.family === family);
  const last = members.map((member) => member.words.slice(family.stem.length + 1));
  return { words: `${family.stem} ${last.join('|')}`, summary: family.summary };
}
