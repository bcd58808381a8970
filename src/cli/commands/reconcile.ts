import { reconcileRequestAnnotation } from '../../api/annotations.ts';
import type { Kinds, ReconciledKind } from '../../api/kinds.ts';
import type { Home } from '../../app/home.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { verdictOf } from '../../views/outcome-text.ts';
import { awaitRun, mustExist, reportRun } from '../await-run.ts';
import { type Command, defineCommand } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { duration } from '../flags.ts';
import { ambientFlag, homeFlags, withHome } from '../home-flags.ts';
import type { ImageNoun } from '../nouns.ts';
import { scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';

/** `reconcile image policy`, and the like. */
export function reconcileOne({ kind, words }: ImageNoun): Command {
  return defineCommand({
    summary: `Run an ${words} now`,
    description: `Requests a run of one ${words} object, waits for it, and says what came out. A failure is told at once.`,
    args: [{ spec: '<name>', help: 'which object' }],
    flags: {
      namespace: scopeFlags.namespace,
      timeout: duration('--timeout <duration>', 'how long to wait', '5m'),
      ...homeFlags,
      ...ambientFlag,
    },
    examples: [`tidemark reconcile ${words} app -f clusters/dev`],
    run: async (deps, { args: [name = ''], flags }, out) =>
      withHome(deps, { flags, out }, async (home) => {
        const key = { namespace: flags.namespace, name };
        const token = await requestRun(home, { kind, key, words, deps }, out);
        out.say('waiting', `waiting for ${kind} reconciliation`);
        const isOver = (object: Kinds[typeof kind]): boolean =>
          object.status?.lastHandledReconcileAt === token && verdictOf(object) !== undefined;
        const object = await awaitRun(
          home,
          { kind, key, timeoutMs: flags.timeout, signal: deps.signal, isOver },
          out,
        );
        return reportRun(object, out);
      }),
  });
}

interface Request {
  readonly kind: ReconciledKind;
  readonly key: ObjectKey;
  readonly words: string;
  readonly deps: CliDeps;
}

/** Asks for a run, and returns the token that its end will carry. */
async function requestRun(home: Home, { kind, key, words, deps }: Request, out: Output): Promise<string> {
  const object = await mustExist(home, kind, key);
  if (object.spec.suspend === true) {
    throw new TidemarkError(
      'UsageError',
      `resource is suspended\nresume it first: tidemark resume ${words} ${key.name}`,
    );
  }
  out.say('doing', `annotating ${kind} ${key.name} in ${key.namespace} namespace`);
  const before = object.metadata.annotations?.[reconcileRequestAnnotation];
  const time = deps.clock.now().toISOString();
  // Two requests within one tick of the clock are still two.
  const token = time === before || time === object.status?.lastHandledReconcileAt ? `${time}+` : time;
  await home.objects.patchMetadata(kind, key, { annotations: { [reconcileRequestAnnotation]: token } });
  out.say('done', `${kind} annotated`);
  return token;
}
