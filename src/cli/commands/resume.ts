import type { Home } from '../../app/home.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { outcomeText, verdictOf } from '../../views/outcome-text.ts';
import { readinessOf } from '../../views/readiness.ts';
import { awaitRun, isSettled } from '../await-run.ts';
import { type Command, type CommandInput, defineCommand } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { duration, toggle } from '../flags.ts';
import { ambientFlag, homeFlags, withHome } from '../home-flags.ts';
import { namedObjects, namesArgument, reportMissing } from '../named-objects.ts';
import type { ImageNoun } from '../nouns.ts';
import { scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';

const resumeFlags = {
  namespace: scopeFlags.namespace,
  all: toggle('--all', 'all objects of the namespace'),
  ...homeFlags,
  ...ambientFlag,
  wait: toggle('--wait', 'wait for the run of each object, also of several'),
  timeout: duration('--timeout <duration>', 'how long to wait', '5m'),
};

/** `resume image policy`, and the like. */
export function resumeOne(noun: ImageNoun): Command {
  return defineCommand({
    summary: `Reconcile suspended ${noun.words} objects again`,
    args: namesArgument,
    flags: resumeFlags,
    examples: [`tidemark resume ${noun.words} app -f clusters/dev`],
    run: async (deps, input, out) =>
      withHome(deps, { flags: input.flags, out }, (home) => resume(home, { noun, deps, input }, out)),
  });
}

interface Resumption {
  readonly noun: ImageNoun;
  readonly deps: CliDeps;
  readonly input: CommandInput<typeof resumeFlags>;
}

async function resume(home: Home, { noun, deps, input }: Resumption, out: Output): Promise<ExitCode> {
  const { args: names, flags } = input;
  const { found, missing } = await namedObjects(home, noun, { names, ...flags });
  const resumed: ObjectKey[] = [];
  let code: ExitCode = reportMissing(missing, { noun, namespace: flags.namespace }, out);
  for (const { metadata } of found) {
    out.say('doing', `resuming ${noun.human} ${metadata.name} in ${metadata.namespace} namespace`);
    const object = await home.objects.patchSpec(noun.kind, metadata, { suspend: null });
    if (object.spec.suspend === true) {
      out.say('failed', ownersWord(home, noun, metadata));
      code = exitCodes.failed;
    } else {
      out.say('done', `${noun.human} resumed`);
      resumed.push({ namespace: metadata.namespace, name: metadata.name });
    }
  }
  if (!flags.wait && (flags.all || names.length > 1)) return code;
  for (const key of resumed) {
    const outcome = await waitForOne(home, { noun, key, deps, timeoutMs: flags.timeout }, out);
    if (code === exitCodes.done) code = outcome;
  }
  return code;
}

async function waitForOne(
  home: Home,
  { noun, key, deps, timeoutMs }: { noun: ImageNoun; key: ObjectKey; deps: CliDeps; timeoutMs: number },
  out: Output,
): Promise<ExitCode> {
  const { kind } = noun;
  out.say('waiting', `waiting for ${kind} reconciliation`);
  const object = await awaitRun(home, { kind, key, timeoutMs, signal: deps.signal, isOver: isSettled }, out);
  if (verdictOf(object) !== 'ready') {
    out.say('failed', `${kind} ${key.name} reconciliation failed: '${readinessOf(object).message}'`);
    return exitCodes.no;
  }
  out.say('done', `${kind} ${key.name} reconciliation completed`);
  out.say('done', outcomeText(object));
  return exitCodes.done;
}

/** The YAML has the last word where it says `suspend: true`. */
function ownersWord(home: Home, { kind, human }: ImageNoun, key: ObjectKey): string {
  const place = home.locate(kind, key);
  const where = place === undefined ? 'its definition' : `${place.file}:${place.line}`;
  return `the ${human} stays suspended, because ${where} says so: take suspend: true out of there`;
}
