import { type Command, type CommandInput, defineCommand } from '../command.ts';
import { readLabels } from '../create-object.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes } from '../exit-code.ts';
import { type Flags, type FlagValues, list, text, toggle } from '../flags.ts';
import { clusterFlags } from '../cluster-flags.ts';
import { homeFlags } from '../home-flags.ts';
import { scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';
import { buildSecret, exportSecret, type SecretDraft } from './secret-draft.ts';
import { checkPlace, storeSecret } from './store-secret.ts';

/** Flags of every command that creates a Secret. */
export const secretFlags = {
  namespace: scopeFlags.namespace,
  label: list('--label <key=value>', 'labels of the Secret, also several with commas between them'),
  export: toggle('--export', 'print the YAML, and touch nothing'),
  secrets: text('--secrets <dir>', 'write it to this folder, as <namespace>/<name>/<key>'),
  file: homeFlags.file,
  ...clusterFlags,
};

/** One sort of Secret: its flags, and what is made of them. */
export interface SecretCreation<F extends Flags> {
  /** As `flux` names it: `git`, `githubapp`. */
  readonly noun: string;
  readonly summary: string;
  readonly description?: string;
  readonly flags: F;
  readonly examples: readonly string[];
  /** Without an empty line behind it, as Flux prints this one alone. */
  readonly exportsBare?: boolean;
  /** Throws `UsageError` when the flags do not describe a Secret. Undefined when the person said no. */
  readonly draft: (
    flags: CommandInput<typeof secretFlags & F>['flags'],
    deps: CliDeps,
    out: Output,
  ) => Promise<SecretDraft | undefined>;
}

/** `create secret git`, and the like. */
export function secretCommand<F extends Flags>(creation: SecretCreation<F>): Command {
  const { noun, draft: describe, exportsBare = false } = creation;
  return defineCommand<typeof secretFlags & F>({
    summary: creation.summary,
    description: `${creation.description ?? `${creation.summary}.`}\nIn a cluster the Secret is created, or replaced. With --secrets it is written to a folder, as files that nobody else can read. With --export it is printed.`,
    args: [{ spec: '<name>', help: 'name of the Secret' }],
    flags: { ...creation.flags, ...secretFlags },
    examples: creation.examples,
    async run(deps, { args: [name = ''], flags }, out) {
      const common: FlagValues<typeof secretFlags> = flags;
      const { namespace } = common;
      const head = { name, namespace, labels: readLabels(common.label) };
      buildSecret(head, { stringData: {} });
      if (!common.export) checkPlace(common, deps, 'print the YAML with --export');
      const draft = await describe(flags, deps, out);
      if (draft === undefined) {
        out.say('failed', 'nothing created');
        return exitCodes.no;
      }
      if (common.export) {
        out.data(`${exportSecret(head, draft)}${exportsBare ? '' : '\n'}`);
        return exitCodes.done;
      }
      const { applied, place } = await storeSecret(buildSecret(head, draft), common, deps);
      out.say('doing', `${noun} secret '${name}' ${applied} in '${namespace}' namespace`);
      if (place !== undefined) out.detail(place);
      return exitCodes.done;
    },
  });
}
