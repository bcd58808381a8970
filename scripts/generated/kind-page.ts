import type * as z from 'zod';
import { apiVersionOf, type KindDefinition } from '../../src/api/define-kind.ts';
import { fieldRows } from './field-rows.ts';
import { generatedNotice, type GeneratedFile } from './generated-file.ts';

/** The reference page of a kind: every field, default and rule, from the definition that validates objects. */
export function kindPage<Spec, Status>(definition: KindDefinition<string, Spec, Status>): GeneratedFile {
  const file = definition.kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  return { path: `docs/reference/${file}.md`, render: () => renderPage(definition, `src/api/${file}.ts`) };
}

function renderPage<Spec, Status>(definition: KindDefinition<string, Spec, Status>, source: string): string {
  const { kind, description, shortNames, spec, status, rules } = definition;
  const short =
    shortNames.length === 0 ? '' : ` Short names: ${shortNames.map((name) => `\`${name}\``).join(', ')}.`;
  return [
    generatedNotice(`\`${source}\``),
    `# ${kind}: reference`,
    `${description} \`apiVersion: ${apiVersionOf(definition)}\`.${short}`,
    spec === undefined ? undefined : `## spec\n\n${fieldTable(spec)}`,
    rules.length === 0 ? undefined : `## Rules\n\n${rules.map(({ message }) => `- ${message}`).join('\n')}`,
    status === undefined ? undefined : `## status\n\n${statusTable(status)}`,
  ]
    .filter((part) => part !== undefined)
    .join('\n\n')
    .concat('\n');
}

function fieldTable(schema: z.ZodType): string {
  const rows = fieldRows(schema).map(({ path, type, isRequired, defaultValue, meaning }) =>
    row([`\`${path}\``, type, isRequired ? 'required' : code(defaultValue), meaning]),
  );
  return ['| field | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function statusTable(schema: z.ZodType): string {
  const rows = fieldRows(schema).map(({ path, type, meaning }) => row([`\`${path}\``, type, meaning]));
  return ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n');
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')).join(' | ')} |`;
}
