import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { choice } from '../flags.ts';

export const version = defineCommand({
  summary: 'Print the version',
  flags: { output: choice('-o, --output <format>', 'how to print it', ['text', 'json', 'yaml']) },
  async run(deps, { flags }, out) {
    const tidemark = deps.version();
    if (flags.output === 'json') out.json({ tidemark, node: process.versions.node });
    else out.data(`tidemark: ${tidemark}\nnode: ${process.versions.node}\n`);
    return exitCodes.done;
  },
});
