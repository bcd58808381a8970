import { type Command, defineCommand } from '../command.ts';
import { toggle } from '../flags.ts';
import { homeFlags, withHome } from '../home-flags.ts';
import { namedObjects, namesArgument, reportMissing } from '../named-objects.ts';
import type { ImageNoun } from '../nouns.ts';
import { scopeFlags } from '../object-flags.ts';

/** `suspend image policy`, and the like. */
export function suspendOne(noun: ImageNoun): Command {
  return defineCommand({
    summary: `Stop reconciling ${noun.words} objects`,
    description: `Stops reconciling ${noun.words} objects until they are resumed. Without a cluster this is kept in the state; the YAML stays as it is.`,
    args: namesArgument,
    flags: {
      namespace: scopeFlags.namespace,
      all: toggle('--all', 'all objects of the namespace'),
      ...homeFlags,
    },
    examples: [`tidemark suspend ${noun.words} app -f clusters/dev`],
    run: async (deps, { args: names, flags }, out) =>
      withHome(deps, { flags, out }, async (home) => {
        const { found, missing } = await namedObjects(home, noun, { names, ...flags });
        for (const { metadata } of found) {
          out.say('doing', `suspending ${noun.human} ${metadata.name} in ${metadata.namespace} namespace`);
          await home.objects.patchSpec(noun.kind, metadata, { suspend: true });
          out.say('done', `${noun.human} suspended`);
        }
        return reportMissing(missing, { noun, namespace: flags.namespace }, out);
      }),
  });
}
