import type { Home } from '../../app/home.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { mustExist } from '../await-run.ts';
import { type Command, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes } from '../exit-code.ts';
import { toggle } from '../flags.ts';
import { homeFlags, withHome } from '../home-flags.ts';
import type { ImageNoun } from '../nouns.ts';
import { scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';

/** `delete image policy`, and the like. */
export function deleteOne(noun: ImageNoun): Command {
  return defineCommand({
    summary: `Delete an ${noun.words}`,
    description: `Deletes one ${noun.words} object. Without a cluster its document is cut out of its file, and no other byte is touched.`,
    args: [{ spec: '<name>', help: 'which object' }],
    flags: { namespace: scopeFlags.namespace, silent: toggle('-s, --silent', 'do not ask'), ...homeFlags },
    examples: [`tidemark delete ${noun.words} app -f clusters/dev`],
    run: async (deps, { args: [name = ''], flags }, out) =>
      withHome(deps, { flags, out }, async (home) => {
        const key = { namespace: flags.namespace, name };
        await mustExist(home, noun.kind, key);
        const place = home.locate(noun.kind, key);
        if (place !== undefined) out.say('doing', `it is defined in ${place.file}:${place.line}`);
        if (
          !flags.silent &&
          !(await confirm(
            `Are you sure you want to delete this ${noun.human}?`,
            deps,
            'say -s to delete without asking',
          ))
        ) {
          out.say('failed', 'nothing deleted');
          return exitCodes.no;
        }
        out.say('doing', `deleting ${noun.human} ${name} in ${key.namespace} namespace`);
        await remove(home, { noun, key, deps }, out);
        out.say('done', `${noun.human} deleted`);
        return exitCodes.done;
      }),
  });
}

/** Deletes, and sees that what has to be tidied up first is. */
async function remove(
  home: Home,
  { noun, key, deps }: { readonly noun: ImageNoun; readonly key: ObjectKey; readonly deps: CliDeps },
  out: Output,
): Promise<void> {
  await home.objects.delete(noun.kind, key);
  const left = await home.objects.get(noun.kind, key);
  if (left?.metadata.deletionTimestamp === undefined || home.worker() !== undefined) return;
  out.whenVerbose('nothing else works on these objects: tidying up here');
  await home.work([{ kind: noun.kind, ...key }], deps.signal);
}
