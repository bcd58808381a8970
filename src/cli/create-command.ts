import type { Kinds } from '../api/kinds.ts';
import type { Home } from '../app/home.ts';
import { verdictOf } from '../views/outcome-text.ts';
import { readinessOf } from '../views/readiness.ts';
import type { ShownKind } from '../views/shown-kinds.ts';
import { awaitRun, isSettled } from './await-run.ts';
import { type Command, type CommandInput, defineCommand } from './command.ts';
import { buildObject, type CreateFlags, createFlags, type Drafted, exportDraft } from './create-object.ts';
import type { CliDeps } from './deps.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import type { Flags } from './flags.ts';
import { withHome } from './home-flags.ts';
import type { Output } from './output.ts';

/** One kind that can be created: its flags, and how a spec is made of them. */
export interface Creation<K extends ShownKind, F extends Flags> {
  readonly kind: K;
  /** What is created, in sentences: `ImagePolicy`, `GitRepository source`. */
  readonly what: string;
  readonly summary: string;
  readonly description?: string;
  readonly flags: F;
  readonly examples: readonly string[];
  /** Throws `UsageError` when the flags do not describe an object. */
  readonly spec: (flags: CommandInput<typeof createFlags & F>['flags']) => object;
  /** Creates what the object refers to, and returns what the spec says of it; undefined when the person said no. Not called for `--export`. */
  readonly prepare?: (
    flags: CommandInput<typeof createFlags & F>['flags'],
    name: string,
    context: { readonly deps: CliDeps; readonly out: Output },
  ) => Promise<object | undefined>;
  /** What the person should know although the object can be created. */
  readonly doubts?: (object: Kinds[K]) => string | undefined;
}

/** `create image policy`, and the like. */
export function createCommand<K extends ShownKind, F extends Flags>(creation: Creation<K, F>): Command {
  const flags = { ...createFlags, ...creation.flags };
  return defineCommand<typeof createFlags & F>({
    summary: creation.summary,
    ...(creation.description === undefined ? {} : { description: creation.description }),
    args: [{ spec: '<name>', help: 'name of the object' }],
    flags,
    examples: creation.examples,
    async run(deps, { args: [name = ''], flags: given }, out) {
      const draft: Drafted<K> = { kind: creation.kind, name, spec: creation.spec(given) };
      const object = buildObject(draft, given);
      const doubt = creation.doubts?.(object);
      if (doubt !== undefined) out.say('warning', doubt);
      if (given.export) {
        out.data(exportDraft(object));
        return exitCodes.done;
      }
      const referred = await creation.prepare?.(given, name, { deps, out });
      if (creation.prepare !== undefined && referred === undefined) {
        out.say('failed', 'nothing created');
        return exitCodes.no;
      }
      const complete = buildObject({ ...draft, spec: { ...draft.spec, ...referred } }, given);
      return withHome(deps, { flags: given, out }, (home) =>
        createIn(home, { object: complete, what: creation.what, flags: given, deps }, out),
      );
    },
  });
}

async function createIn<K extends ShownKind>(
  home: Home,
  request: {
    readonly object: Kinds[K];
    readonly what: string;
    readonly flags: CreateFlags;
    readonly deps: CliDeps;
  },
  out: Output,
): Promise<ExitCode> {
  const { object, what, flags, deps } = request;
  out.say('generating', `generating ${what}`);
  out.say('doing', `applying ${what}`);
  const applied = await home.apply(object);
  const { kind, metadata } = object;
  const key = { namespace: metadata.namespace, name: metadata.name };
  const place = home.locate(kind, key);
  out.say('done', `${what} ${applied}${place === undefined ? '' : ` in ${place.file}`}`);
  // Nothing of ours reconciles a Git repository: it is there for its settings.
  if (kind === 'GitRepository') return exitCodes.done;
  out.say('waiting', `waiting for ${what} reconciliation`);
  const settled = await awaitRun(
    home,
    { kind, key, timeoutMs: flags.timeout, signal: deps.signal, isOver: isSettled },
    out,
  );
  if (verdictOf(settled) === 'ready') {
    out.say('done', `${what} reconciliation completed`);
    return exitCodes.done;
  }
  out.say('failed', `${what} reconciliation failed: '${readinessOf(settled).message}'`);
  return exitCodes.no;
}
