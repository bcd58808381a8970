import type { Command } from './command.ts';

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

/** Other words for the same: whoever types them need not think. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['images', 'image'],
  ['repositories', 'repository'],
  ['policies', 'policy'],
  ['updates', 'update'],
  ['sources', 'source'],
]);

export const commandTable: readonly CommandEntry[] = [
  {
    words: 'run',
    summary: 'Keep Git up to date from the objects in a folder',
    section: 'Run',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    words: 'markers list',
    summary: 'List every marker below a folder, or in a file',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/markers-list.ts')).markersList,
  },
  {
    words: 'markers set',
    summary: 'Write images at their markers, and touch no other byte',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/markers-set.ts')).markersSet,
  },
  {
    words: 'policy test',
    summary: 'Show which tag a policy selects from a list, and why',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/policy-test.ts')).policyTest,
  },
];
