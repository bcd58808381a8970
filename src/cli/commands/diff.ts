import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { Preview } from '../../controllers/image-update-automation/preview-automation.ts';
import { messageOf } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import { unifiedDiff } from '../../views/unified-diff.ts';
import { defineCommand } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { choice } from '../flags.ts';
import { ambientFlag, homeFlags, withHome } from '../home-flags.ts';
import { scopeFlags } from '../object-flags.ts';
import type { Output } from '../output.ts';
import { rehearse } from '../rehearse.ts';
import { nothingFound, selectObjects } from '../select-objects.ts';

interface Pending {
  readonly preview: Preview;
  readonly message: string;
  readonly base: string;
  readonly diff: string;
}

export const diff = defineCommand({
  summary: 'Show what each automation would commit now',
  description:
    'Shows the commit that each ImageUpdateAutomation would make now: branch, message and unified diff. Pushes nothing.\nExit 0: nothing to change; 1: something; 2: could not be told.',
  args: [{ spec: '[names...]', help: 'automations; all of the namespace when left out' }],
  flags: {
    ...scopeFlags,
    output: choice('-o, --output <format>', 'how to print it', ['text', 'json']),
    ...homeFlags,
    ...ambientFlag,
  },
  examples: [
    'tidemark diff -f clusters/dev',
    'tidemark diff testservice-dev -f clusters/dev | git apply --check',
  ],
  run: (deps, { args: names, flags }, out) =>
    withHome(deps, { flags, out }, async (home) => {
      await rehearse(home, deps.signal, out);
      const query = { namespace: flags.namespace, allNamespaces: flags.allNamespaces };
      const all = await selectObjects(home, 'ImageUpdateAutomation', query);
      const wanted = all.filter(({ metadata }) => names.length === 0 || names.includes(metadata.name));
      const missing = names.filter((name) => !all.some(({ metadata }) => metadata.name === name));
      for (const name of missing)
        out.say('failed', nothingFound('ImageUpdateAutomation', { ...query, name }));
      if (wanted.length === 0 && missing.length === 0)
        out.say('failed', nothingFound('ImageUpdateAutomation', query));
      const results = await Promise.all(
        wanted.map((automation) => look(automation, home.preview(automation, deps.signal))),
      );
      const pending = results.flatMap((result) => ('preview' in result ? [result] : []));
      print(pending, flags.output, out);
      return tell(results, out) || missing.length > 0 || wanted.length === 0
        ? exitCodes.failed
        : answer(pending);
    }),
});

type Result = Pending | { readonly automation: ImageUpdateAutomation; readonly error?: unknown };

async function look(automation: ImageUpdateAutomation, coming: Promise<Preview>): Promise<Result> {
  try {
    const preview = await coming;
    const { result } = preview;
    if (result.outcome !== 'would-push') return { automation };
    const files = result.draft.files.map(({ file, bytes }) => ({
      path: file.path,
      before: file.bytes,
      after: bytes,
    }));
    return { preview, message: result.draft.message, base: result.base, diff: unifiedDiff(files) };
  } catch (error) {
    return { automation, error };
  }
}

function answer(pending: readonly Pending[]): ExitCode {
  return pending.length > 0 ? exitCodes.no : exitCodes.done;
}

/** Says what there is no diff for. True when something could not be told. */
function tell(results: readonly Result[], out: Output): boolean {
  let failed = false;
  for (const result of results) {
    if ('preview' in result) continue;
    const name = formatKey(result.automation.metadata);
    if (result.error === undefined) out.say('done', `${name}: nothing to change`);
    else out.say('failed', `${name}: ${messageOf(result.error)}`);
    failed ||= result.error !== undefined;
  }
  return failed;
}

function print(pending: readonly Pending[], format: 'text' | 'json' | undefined, out: Output): void {
  if (format === 'json') {
    out.json({ automations: pending.map(toJson) });
    return;
  }
  for (const { preview, message, diff: text } of pending) {
    // Lines before the first `diff --git` are comments to `git apply`.
    const lines = message.trimEnd().split('\n');
    out.data(
      `${formatKey(preview.automation.metadata)} -> branch ${preview.branch}\n${lines.map((line) => `    ${line}`.trimEnd()).join('\n')}\n\n`,
    );
    out.data(text);
  }
}

function toJson({ preview, message, base, diff: text }: Pending): object {
  const { namespace, name } = preview.automation.metadata;
  return {
    namespace,
    name,
    branch: preview.branch,
    base,
    message,
    changes: preview.drafted?.changes ?? [],
    diff: text,
  };
}
