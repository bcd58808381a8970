import type { ImagePolicy } from '../../api/image-policy.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { choice, count, text } from '../flags.ts';
import { gatherExplanation, type Explanation } from '../explain/gather-explanation.ts';
import { ambientFlag, homeFlags, withHome } from '../home-flags.ts';
import { scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';
import { rehearse } from '../rehearse.ts';
import { renderTable } from '../render-table.ts';
import { candidatesTable, countsText } from '../../views/selection.ts';
import { nothingFound } from '../select-objects.ts';

const fewCandidates = 5;

export const explainPolicy = defineCommand({
  summary: 'Say why a policy selects its tag, and where that tag is used',
  description:
    'Says why this tag: counts per stage, the winner with the value it was compared by, and the runners-up; with --tag why that one lost. Then where the value stands in Git, and what stands between it and Git, if anything.',
  args: [{ spec: '<name>', help: 'the policy' }],
  flags: {
    namespace: scopeFlags.namespace,
    tag: text('--tag <tag>', 'say why this one is not selected'),
    limit: count('--limit <n>', `candidates to show (default: ${fewCandidates})`, 1),
    output: choice('-o, --output <format>', 'how to print it', ['text', 'json']),
    ...homeFlags,
    ...ambientFlag,
  },
  examples: [
    'tidemark explain policy testservice -f clusters/dev',
    'tidemark explain policy testservice -f clusters/dev --tag branch-dev-1715555000-a12b34c',
  ],
  run: (deps, { args: [name = ''], flags }, out) =>
    withHome(deps, { flags, out }, async (home) => {
      const key = { namespace: flags.namespace, name };
      const known = await home.objects.get('ImagePolicy', key);
      if (known !== undefined) await rehearse(home, deps.signal, out);
      const policy: ImagePolicy | undefined = await home.objects.get('ImagePolicy', key);
      if (policy === undefined) {
        out.say('failed', nothingFound('ImagePolicy', { ...key, allNamespaces: false }));
        return exitCodes.failed;
      }
      const explanation = await gatherExplanation(home, { policy, tag: flags.tag, signal: deps.signal });
      const limit = flags.limit ?? fewCandidates;
      if (flags.output === 'json') printJson(explanation, limit, out);
      else printText(explanation, limit, out);
      return explanation.selection?.winner === undefined ? exitCodes.no : exitCodes.done;
    }),
});

function printText(
  { policy, selection, sentences, uses, obstacles }: Explanation,
  limit: number,
  out: Output,
): void {
  const { namespace, name } = policy.metadata;
  out.data(`ImagePolicy ${namespace}/${name}\n`);
  for (const sentence of sentences) out.data(`${sentence}\n`);
  if (selection !== undefined) {
    out.data(`\n${countsText(selection.counts)}\n`);
    const candidates = selection.candidates(limit);
    if (candidates.length > 0) out.data(`\n${renderTable(candidatesTable(candidates), { header: true })}`);
  }
  if (uses.length > 0) {
    const rows = uses.map(({ file, line, part, value, automation, branch, current }) => [
      `${file}:${line}`,
      part,
      value,
      current ? 'up to date' : 'to be changed',
      automation,
      branch,
    ]);
    const columns = ['place', 'part', 'value in git', 'state', 'automation', 'branch'];
    out.data(`\n${renderTable({ columns, rows }, { header: true })}`);
  }
  out.data(
    obstacles.length === 0
      ? '\nNothing stands between this selection and Git.\n'
      : '\nBetween this selection and Git:\n',
  );
  for (const obstacle of obstacles) out.data(`- ${obstacle}\n`);
}

function printJson(
  { policy, selection, sentences, uses, obstacles, tag }: Explanation,
  limit: number,
  out: Output,
): void {
  const { namespace, name } = policy.metadata;
  out.json({
    policy: { namespace, name },
    selected: selection?.winner?.tag ?? null,
    value: selection?.winner?.value ?? null,
    counts: selection?.counts ?? null,
    candidates: selection?.candidates(limit) ?? [],
    ...(tag === undefined ? {} : { tag }),
    sentences,
    uses,
    obstacles,
  });
}
