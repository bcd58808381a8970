import type { Command } from './command.ts';
import { type ImageNoun, nouns } from './nouns.ts';

export const sections = ['Run', 'Look', 'Act', 'Tools on plain files', 'More'] as const;

export type Section = (typeof sections)[number];

/** One command: the words that name it, and where it is. Its module is loaded only when it is used. */
export interface CommandEntry {
  readonly words: string;
  readonly summary: string;
  readonly section: Section;
  /** Commands of one family share a line in the list of commands. */
  readonly family?: { readonly stem: string; readonly summary: string };
  readonly load: () => Promise<Command>;
}

/** The same verb for several nouns. */
export interface Family {
  /** The words before the last one: `get image`. */
  readonly stem: string;
  readonly summary: string;
  readonly section: Section;
  readonly load: (noun: ImageNoun) => Promise<Command>;
}

/** One entry for each of the image kinds. */
export function imageFamily({ stem, summary, section, load }: Family): CommandEntry[] {
  const family = { stem, summary };
  return (['repository', 'policy', 'update'] as const).map((word) => ({
    words: `${stem} ${word}`,
    summary: `${summary}: ${nouns[word].human}`,
    section,
    family,
    load: async () => load(nouns[word]),
  }));
}
