import { TidemarkError } from '../../model/errors.ts';
import { type Command, defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { toggle } from '../flags.ts';
import { homeFlags, withHome } from '../home-flags.ts';
import type { Noun } from '../nouns.ts';
import { exportDocument } from '../object-documents.ts';
import { scopeFlags } from '../object-flags.ts';
import { nothingFound, selectObjects } from '../select-objects.ts';

/** `export image policy`, and the like. */
export function exportOne(noun: Noun): Command {
  return defineCommand({
    summary: `Print ${noun.words} objects as YAML`,
    description: `Prints ${noun.words} objects as YAML, without what only a server adds: ready to be applied elsewhere.`,
    args: [{ spec: '[name]', help: 'which object' }],
    flags: { ...scopeFlags, all: toggle('--all', 'all objects'), ...homeFlags },
    examples: [`tidemark export ${noun.words} --all -f clusters/dev`],
    run: async (deps, { args: [name], flags }, out) =>
      withHome(deps, { flags, out }, async (home) => {
        if ((name === undefined) !== flags.all) {
          throw new TidemarkError('UsageError', 'say what to export: either a name or --all');
        }
        const query = { ...flags, name };
        const objects = await selectObjects(home, noun.kind, query);
        if (objects.length === 0) {
          out.say('failed', nothingFound(noun.kind, query));
          return exitCodes.no;
        }
        for (const object of objects) out.data(exportDocument(object));
        return exitCodes.done;
      }),
  });
}
