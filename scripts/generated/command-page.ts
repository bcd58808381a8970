import type { CommandEntry } from '../../src/cli/command-entry.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { generatedNotice, type GeneratedFile } from './generated-file.ts';

/** Every command with its help, as the program prints it. Of a family of commands one stands for all. */
export const commandPage: GeneratedFile = {
  path: 'docs/reference/commands.md',
  render: async () => {
    const shown = commandTable.filter((entry) => memberOf(entry)[0] === entry);
    const parts = await Promise.all(shown.map(renderCommand));
    return `${[generatedNotice('the commands in `src/cli/commands/`'), '# Commands: reference', ...parts].join('\n\n')}\n`;
  },
};

async function renderCommand(entry: CommandEntry): Promise<string> {
  const parsed = parseArguments(entry.words, await entry.load(), ['--help']);
  const help = parsed.type === 'help' ? parsed.text.trimEnd() : '';
  const others = memberOf(entry)
    .slice(1)
    .map(({ words }) => `\`${words}\``);
  const note = others.length === 0 ? '' : `Likewise ${others.join(' and ')}.\n\n`;
  return `## tidemark ${entry.words}\n\n${note}\`\`\`text\n${help}\n\`\`\``;
}

function memberOf(entry: CommandEntry): readonly CommandEntry[] {
  return entry.family === undefined ? [entry] : commandTable.filter(({ family }) => family === entry.family);
}
