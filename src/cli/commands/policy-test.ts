import { readDocuments } from '../../api/read-documents.ts';
import { formatProblem } from '../../api/documents.ts';
import type { ImagePolicy } from '../../api/image-policy.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import { compileRule, type RuleSpec } from '../../pipeline/select/compile-rule.ts';
import { select, type Selection } from '../../pipeline/select/select.ts';
import { candidatesTable, countsText, rejectedTable, winnerText } from '../../views/selection.ts';
import { defineCommand, type CommandInput } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes } from '../exit-code.ts';
import { choice, count, list, text } from '../flags.ts';
import type { Output } from '../output.ts';
import { readInput } from '../read-input.ts';
import { renderTable } from '../render-table.ts';

const flags = {
  file: text(
    '-f, --file <path>',
    'file with an ImagePolicy; the exclusion list of its ImageRepository is used if that stands there too',
  ),
  name: text('--name <name>', 'which ImagePolicy of the file, as name or namespace/name'),
  semver: text('--semver <range>', 'select the highest version in a range'),
  numerical: choice('--numerical <order>', 'select by numerical value', ['asc', 'desc']),
  alphabetical: choice('--alphabetical <order>', 'select by byte order', ['asc', 'desc']),
  filterPattern: text('--filter-pattern <regexp>', 'consider only tags that match'),
  filterExtract: text(
    '--filter-extract <template>',
    'compare this, built from groups of the pattern, instead of the tag',
  ),
  exclude: list('--exclude <regexp>', 'drop tags that match'),
  current: text('--current <tag>', 'the tag selected now: it wins a tie'),
  limit: count('--limit <n>', 'show at most so many candidates', 1),
  output: choice('-o, --output <format>', 'how to print the result', ['text', 'json']),
};

type Input = CommandInput<typeof flags>;

export const policyTest = defineCommand({
  summary: 'Show which tag a policy selects from a list, and why',
  description:
    'Reads tags, one a line, from a file or standard input, and shows which one a policy selects, and why not the others.',
  args: [{ spec: '[tags]', help: 'file with one tag a line; standard input when left out or "-"' }],
  flags,
  examples: [
    "printf '1.0.0\\n1.1.0\\n' | tidemark policy test --semver '>=1.0.0'",
    'tidemark policy test tags.txt -f policy.yaml --name app -o json',
  ],
  async run(deps, input, out) {
    const rule = compileRule(await ruleSpecOf(deps, input));
    const source = input.args[0] ?? '-';
    if (source === '-' && deps.stdin.isTerminal)
      out.say('waiting', 'type tags, one a line, and end with Ctrl-D');
    const tags = await readTags(deps, source);
    const selection = select(rule, tags, { keep: input.flags.current });
    const { limit, output } = input.flags;
    if (output === 'json') printJson(selection, limit, out);
    else printText(selection, limit, out);
    return selection.winner === undefined ? exitCodes.no : exitCodes.done;
  },
});

/** How many candidates and rejected tags a person wants to see at once. */
const fewEnough = 20;

function printJson(selection: Selection, limit: number | undefined, out: Output): void {
  out.json({
    selected: selection.winner?.tag ?? null,
    counts: selection.counts,
    candidates: selection.candidates(limit),
    rejected: selection.rejected(),
  });
}

function printText(selection: Selection, limit: number | undefined, out: Output): void {
  const { winner, counts, rule } = selection;
  const why = winner === undefined ? selection.nothingSelected : rule.order.superlative;
  const candidates = selection.candidates(limit ?? fewEnough);
  const rejected = selection.rejected().slice(0, fewEnough);
  out.data(`${winnerText({ winner, why })}\n${countsText(counts)}\n`);
  for (const table of [candidatesTable(candidates), rejectedTable(rejected)]) {
    if (table.rows.length > 0) out.data(`\n${renderTable(table, { header: true })}`);
  }
  const hidden =
    counts.candidates - candidates.length + (counts.listed - counts.candidates - rejected.length);
  if (hidden > 0) out.say('doing', `${hidden} more: -o json shows all`);
}

async function ruleSpecOf(deps: CliDeps, input: Input): Promise<RuleSpec> {
  const { file, name, semver, numerical, alphabetical, filterPattern, filterExtract, exclude } = input.flags;
  const given = [file, semver, numerical, alphabetical].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new TidemarkError(
      'UsageError',
      'say which policy to test, with exactly one of -f, --semver, --numerical and --alphabetical',
    );
  }
  if (name !== undefined && file === undefined) {
    throw new TidemarkError(
      'UsageError',
      '--name picks a policy of the file given with -f, and there is none',
    );
  }
  const base: RuleSpec =
    file === undefined
      ? {
          policy: {
            ...(semver !== undefined && { semver: { range: semver } }),
            ...(numerical && { numerical: { order: numerical } }),
            ...(alphabetical && { alphabetical: { order: alphabetical } }),
          },
        }
      : await ruleOfFile(deps, file, name);
  const filterTags = {
    ...base.filterTags,
    ...(filterPattern !== undefined && { pattern: filterPattern }),
    ...(filterExtract !== undefined && { extract: filterExtract }),
  };
  return {
    policy: base.policy,
    ...(base.filterTags || filterPattern !== undefined || filterExtract !== undefined ? { filterTags } : {}),
    exclude: exclude.length > 0 ? exclude : base.exclude,
  };
}

async function ruleOfFile(deps: CliDeps, file: string, name: string | undefined): Promise<RuleSpec> {
  const { objects, problems } = readDocuments(await readInput(file, deps), file);
  if (problems.length > 0) throw new TidemarkError('UsageError', problems.map(formatProblem).join('\n'));
  const policies = objects.flatMap(({ object }) => (object.kind === 'ImagePolicy' ? [object] : []));
  const policy = pickPolicy(policies, file, name);
  const { imageRepositoryRef } = policy.spec;
  const { namespace = policy.metadata.namespace } = imageRepositoryRef;
  const repository = objects
    .map(({ object }) => object)
    .find(
      (object) =>
        object.kind === 'ImageRepository' &&
        object.metadata.namespace === namespace &&
        object.metadata.name === imageRepositoryRef.name,
    );
  return {
    ...policy.spec,
    ...(repository?.kind === 'ImageRepository' && { exclude: repository.spec.exclusionList }),
  };
}

function pickPolicy(policies: readonly ImagePolicy[], file: string, name: string | undefined): ImagePolicy {
  const found = policies.filter(
    ({ metadata }) => name === undefined || name === metadata.name || name === formatKey(metadata),
  );
  const [policy] = found;
  if (policy !== undefined && found.length === 1) return policy;
  const names = policies.map(({ metadata }) => formatKey(metadata)).join(', ');
  if (policies.length === 0) throw new TidemarkError('UsageError', `${file} holds no ImagePolicy`);
  const what =
    found.length === 0
      ? `${file} holds no ImagePolicy ${name ?? ''}`
      : `${file} holds ${found.length} policies of that description`;
  throw new TidemarkError('UsageError', `${what}: choose one with --name, of ${names}`);
}

async function readTags(deps: CliDeps, path: string): Promise<string[]> {
  const bytes = await readInput(path, deps);
  const lines = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  return [...new Set(lines.filter((line) => line !== ''))];
}
