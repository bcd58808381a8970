import type { CoreEvent } from '../../api/event.ts';
import { isKindName, kindNames } from '../../api/kinds.ts';
import type { Home } from '../../app/home.ts';
import { TidemarkError } from '../../model/errors.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import type { EventQuery } from '../../store/store.ts';
import { eventTable } from '../../views/event-table.ts';
import { type CommandInput, defineCommand } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { choice, text, toggle } from '../flags.ts';
import { homeFlags, withHome } from '../home-flags.ts';
import { objectList, sorted } from '../object-documents.ts';
import { noHeader, scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';
import { GrowingTable, renderTable } from '../render-table.ts';

const flags = {
  ...scopeFlags,
  for: text('--for <kind/name>', 'events of one object, such as ImagePolicy/app, or of one kind'),
  types: text('--types <types>', 'only these types, such as Warning or Normal,Warning'),
  watch: toggle('-w, --watch', 'after listing, go on with what happens'),
  output: choice('-o, --output <format>', 'how to print events', ['table', 'json']),
  noHeader,
  ...homeFlags,
};

type Input = CommandInput<typeof flags>;

interface Wanted {
  readonly query: EventQuery;
  readonly types: readonly string[];
}

export const events = defineCommand({
  summary: 'Show what happened',
  flags,
  examples: [
    'tidemark events -f clusters/dev --for ImagePolicy/app',
    'tidemark events -A --types Warning -w',
  ],
  run: async (deps, input, out) =>
    withHome(deps, { flags: input.flags, out }, async (home) => {
      const wanted = wantedEvents(input);
      return input.flags.watch
        ? watch(home, { wanted, input, deps }, out)
        : list(home, { wanted, input, deps }, out);
    }),
});

interface Asked {
  readonly wanted: Wanted;
  readonly input: Input;
  readonly deps: CliDeps;
}

async function list(home: Home, { wanted, input, deps }: Asked, out: Output): Promise<ExitCode> {
  const found = (await home.events.list(wanted.query)).filter((event) => hasType(event, wanted));
  const { output, noHeader: bare, allNamespaces, namespace } = input.flags;
  if (output === 'json') {
    out.json(objectList(found));
  } else if (found.length === 0) {
    out.say('failed', allNamespaces ? 'No events found.' : `No events found in ${namespace} namespace.`);
  } else {
    const table = eventTable(found, { now: deps.clock.now(), namespaces: allNamespaces });
    out.data(renderTable(table, { header: !bare }));
  }
  return exitCodes.done;
}

async function watch(home: Home, { wanted, input, deps }: Asked, out: Output): Promise<ExitCode> {
  const { output, noHeader: bare, allNamespaces } = input.flags;
  const options = (): { now: Date; namespaces: boolean } => ({
    now: deps.clock.now(),
    namespaces: allNamespaces,
  });
  const table = new GrowingTable(eventTable([], options()).columns, { header: !bare });
  for await (const event of home.events.watch({ ...wanted.query, signal: deps.signal })) {
    if (!hasType(event, wanted)) continue;
    if (output === 'json') out.data(`${JSON.stringify(sorted(event))}\n`);
    else out.data(table.add(eventTable([event], options()).rows));
  }
  return exitCodes.done;
}

function wantedEvents({ flags: given }: Input): Wanted {
  const [kind, name, ...more] = given.for?.split('/') ?? [];
  if (more.length > 0 || kind === '' || name === '') {
    throw new TidemarkError(
      'UsageError',
      `--for takes Kind/name, such as ImagePolicy/app, got "${given.for}"`,
    );
  }
  const query: EventQuery = {
    ...(!given.allNamespaces && { namespace: given.namespace }),
    ...(kind !== undefined && { kind: kindNamed(kind) }),
    ...(name !== undefined && { name }),
  };
  return {
    query,
    types: (given.types ?? '')
      .toLowerCase()
      .split(',')
      .filter((type) => type !== ''),
  };
}

function hasType({ type }: CoreEvent, { types }: Wanted): boolean {
  return types.length === 0 || types.includes(type.toLowerCase());
}

/** The kind that a person means, whatever the case of its letters. */
function kindNamed(word: string): string {
  const known = kindNames.find((kind) => kind.toLowerCase() === word.toLowerCase());
  if (known !== undefined) return known;
  const near = nearestWord(word, kindNames);
  const hint =
    near === undefined ? `; kinds are ${kindNames.filter(isKindName).join(', ')}` : `, did you mean ${near}?`;
  throw new TidemarkError('UsageError', `--for knows no kind "${word}"${hint}`);
}
