import * as z from 'zod';

import { TidemarkError } from '../../model/errors.ts';
import type { MessageData } from '../../pipeline/publish/message/message-data.ts';
import { MessageTemplateError } from '../../pipeline/publish/message/message-error.ts';
import { renderMessage } from '../../pipeline/publish/message/render-message.ts';
import { defineCommand } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes } from '../exit-code.ts';
import { text } from '../flags.ts';
import { readInput } from '../read-input.ts';

const change = z.strictObject({
  file: z.string().default(''),
  apiVersion: z.string().default(''),
  kind: z.string().default(''),
  name: z.string().default(''),
  namespace: z.string().default(''),
  old: z.string().default(''),
  new: z.string().default(''),
  setter: z.string().default(''),
});

const dataSchema = z.strictObject({
  automation: z
    .strictObject({ namespace: z.string(), name: z.string() })
    .default({ namespace: 'flux-system', name: 'example' }),
  values: z.record(z.string(), z.string()).nullish(),
  changes: z.array(change).default([]),
});

/** What a template is tried on when nobody gives data: one image, in two files. */
const sample: MessageData = {
  automation: { namespace: 'flux-system', name: 'example' },
  values: {},
  changes: ['apps/web/deployment.yaml', 'apps/web/job.yaml'].map((file, index) => ({
    file,
    apiVersion: index === 0 ? 'apps/v1' : 'batch/v1',
    kind: index === 0 ? 'Deployment' : 'Job',
    name: 'web',
    namespace: 'web',
    old: 'ghcr.io/acme/web:1.0.0',
    new: 'ghcr.io/acme/web:1.1.0',
    setter: 'flux-system:web',
  })),
};

export const templateTest = defineCommand({
  summary: 'Render a commit message template over sample or given data',
  flags: {
    file: text('-f, --file <path>', 'the template; standard input when left out or "-"'),
    data: text('--data <path>', 'JSON with automation, values and changes; a small sample when left out'),
  },
  examples: [
    'tidemark template test --file message.tmpl',
    "printf '{{ .AutomationObject }}' | tidemark template test --data sample.json",
  ],
  async run(deps, { flags }, out) {
    const { file = '-', data } = flags;
    if (file === '-' && data === '-') {
      throw new TidemarkError(
        'UsageError',
        'standard input can be read once: give the template or the data as a file',
      );
    }
    if (file === '-' && deps.stdin.isTerminal) out.say('waiting', 'type the template, and end with Ctrl-D');
    const template = (await readInput(file, deps)).toString('utf8');
    const messageData = data === undefined ? sample : await readData(data, deps);
    try {
      const sources = (await deps.tools()).templateSources(deps.clock);
      out.data(renderMessage(template, messageData, { sources }));
      return exitCodes.done;
    } catch (error) {
      if (!(error instanceof MessageTemplateError)) throw error;
      throw new TidemarkError('UsageError', `${file === '-' ? 'standard input' : file}:${describe(error)}`, {
        cause: error,
      });
    }
  },
});

function describe({ code, line, column, reason, message }: MessageTemplateError): string {
  // A removed field has a sentence of its own, which says what to write instead.
  const what =
    code === 'TemplateRemovedField'
      ? message
      : `the template ${code === 'TemplateInvalid' ? 'does not parse' : 'fails'}: ${reason}`;
  return `${line}:${column}: ${what}`;
}

async function readData(path: string, deps: CliDeps): Promise<MessageData> {
  const bytes = await readInput(path, deps);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new TidemarkError('UsageError', `${path} is not JSON`, { cause: error });
  }
  const parsed = dataSchema.safeParse(json);
  if (parsed.success) return { ...parsed.data, values: parsed.data.values ?? undefined };
  const [issue] = parsed.error.issues;
  throw new TidemarkError(
    'UsageError',
    `${path}: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`,
  );
}
