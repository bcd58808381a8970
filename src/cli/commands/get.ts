import type { Home } from '../../app/home.ts';
import { encodeYaml } from '../../go/yaml/encode-yaml.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { objectTable } from '../../views/object-table.ts';
import type { ShownKind, ShownObject } from '../../views/shown-kinds.ts';
import { type Command, type CommandInput, defineCommand } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { text, toggle } from '../flags.ts';
import { homeFlags, withHome } from '../home-flags.ts';
import { type Noun, imageNouns } from '../nouns.ts';
import { objectList, objectName } from '../object-documents.ts';
import { noHeader, objectOutput, scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';
import { renderTable } from '../render-table.ts';
import { nothingFound, type ObjectQuery, readStatusSelector, selectObjects } from '../select-objects.ts';
import { watchObjects } from '../watch-objects.ts';

const flags = {
  ...scopeFlags,
  output: objectOutput,
  watch: toggle('-w, --watch', 'after listing, go on with what changes'),
  statusSelector: text('--status-selector <condition>', 'objects with a condition, such as ready=false'),
  labelSelector: text(
    '-l, --label-selector <selector>',
    'objects with labels, such as team=a,env in (dev,qa)',
  ),
  noHeader,
  ...homeFlags,
};

type Input = CommandInput<typeof flags>;

const args = [{ spec: '[name]', help: 'only this object' }];

/** `get image policy`, and the like. */
export function getOne(noun: Noun): Command {
  return defineCommand({
    summary: `Show ${noun.words} objects and their state`,
    args,
    flags,
    examples: [
      `tidemark get ${noun.words} -f clusters/dev`,
      `tidemark get ${noun.words} -A --status-selector ready=false`,
    ],
    run: async (deps, input, out) =>
      withHome(deps, { flags: input.flags, out }, async (home) => {
        const query = queryOf(input);
        if (input.flags.watch)
          return watchObjects(home, { kind: noun.kind, query, signal: deps.signal, ...shape(input) }, out);
        const objects = await selectObjects(home, noun.kind, query);
        if (objects.length === 0) out.say('failed', nothingFound(noun.kind, query));
        if (objects.length > 0 || isDocument(input)) print(noun.kind, objects, { input, out });
        return objects.length === 0 ? exitCodes.no : exitCodes.done;
      }),
  });
}

/** `get image all`: the three kinds, each in a table of its own. */
export const getAll: Command = defineCommand({
  summary: 'Show all image objects and their state',
  flags,
  examples: ['tidemark get image all -A -f clusters'],
  run: async (deps: CliDeps, input: Input, out) => {
    if (input.flags.watch)
      throw new TidemarkError(
        'UsageError',
        'one kind can be watched at a time: watch image repository, policy or update',
      );
    return withHome(deps, { flags: input.flags, out }, (home) => printAll(home, input, out));
  },
});

async function printAll(home: Home, input: Input, out: Output): Promise<ExitCode> {
  const query = queryOf(input);
  const all: ShownObject[] = [];
  for (const { kind } of imageNouns) {
    const objects = await selectObjects(home, kind, query).catch(whenNotServed);
    all.push(...objects);
    if (objects.length === 0 || isDocument(input)) continue;
    print(kind, objects, { input, out, kinds: true });
    if (input.flags.output !== 'name') out.data('\n');
  }
  if (isDocument(input)) printDocument(all, input, out);
  return exitCodes.done;
}

/** A cluster may have some of the kinds only; what is not there has no objects. */
function whenNotServed(error: unknown): readonly [] {
  if (isTidemarkError(error, 'KindNotServed')) return [];
  throw error;
}

function print<K extends ShownKind>(
  kind: K,
  objects: readonly ShownObject<K>[],
  { input, out, kinds = false }: { readonly input: Input; readonly out: Output; readonly kinds?: boolean },
): void {
  if (isDocument(input)) {
    printDocument(objects, input, out);
  } else if (input.flags.output === 'name') {
    out.data(objects.map((object) => `${objectName(object)}\n`).join(''));
  } else {
    const { wide, namespaces, header } = shape(input);
    out.data(renderTable(objectTable(kind, objects, { wide, namespaces, kinds }), { header }));
  }
}

function printDocument(objects: readonly ShownObject[], { flags: { output } }: Input, out: Output): void {
  const list = objectList(objects);
  if (output === 'json') out.json(list);
  else out.data(encodeYaml(list));
}

function isDocument({ flags: { output } }: Input): boolean {
  return output === 'json' || output === 'yaml';
}

function shape({ flags: given }: Input): {
  readonly wide: boolean;
  readonly namespaces: boolean;
  readonly header: boolean;
  readonly json: boolean;
} {
  return {
    wide: given.output === 'wide',
    namespaces: given.allNamespaces,
    header: !given.noHeader,
    json: given.output === 'json',
  };
}

function queryOf({ args: [name], flags: given }: Input): ObjectQuery {
  const { namespace, allNamespaces, labelSelector, statusSelector } = given;
  return {
    namespace,
    allNamespaces,
    name,
    labelSelector,
    statusSelector: readStatusSelector(statusSelector),
  };
}
