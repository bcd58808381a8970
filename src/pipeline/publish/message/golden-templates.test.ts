import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { templateSources } from '../io/template-sources.ts';
import type { MessageData } from './message-data.ts';
import { MessageTemplateError } from './message-error.ts';
import { renderMessage } from './render-message.ts';

interface Case {
  readonly template: string;
  readonly output?: string;
  readonly error?: string;
  /** Which data; there is only one where there is no name. */
  readonly data?: string;
  readonly area?: string;
}

interface Golden<Data> {
  readonly data: Data;
  readonly cases: readonly Case[];
}

type StoredData = Omit<MessageData, 'values'> & { readonly values: Record<string, string> | null };

const read = <Data>(name: string): Golden<Data> =>
  JSON.parse(
    readFileSync(new URL(`../../../../test/golden/${name}`, import.meta.url), 'utf8'),
  ) as Golden<Data>;

const sources = templateSources({
  now: () => new Date('2026-03-04T05:06:07Z'),
  monotonicMs: () => 0,
  sleep: () => Promise.resolve(),
});

function render(template: string, data: StoredData): { output?: string; error?: string } {
  try {
    return { output: renderMessage(template, { ...data, values: data.values ?? undefined }, { sources }) };
  } catch (error) {
    assert(error instanceof MessageTemplateError, `${template}: ${String(error)}`);
    assert(!error.message.includes("mistake of Tidemark's"), `${template}: ${error.message}`);
    return { error: error.message };
  }
}

function hold(template: string, golden: Case, got: { output?: string; error?: string }): void {
  if (golden.error === undefined) assert.deepEqual(got, { output: golden.output }, template);
  else
    assert.notEqual(
      got.error,
      undefined,
      `${template}\nshould fail: ${golden.error}\nbut gives: ${got.output}`,
    );
}

const flux = read<StoredData>('templates.json');

test(`the ${flux.cases.length} messages recorded from Flux come out the same`, () => {
  for (const golden of flux.cases) hold(golden.template, golden, render(golden.template, flux.data));
});

const go = read<Record<string, StoredData>>('templates-go.json');
const areas = Map.groupBy(go.cases, (golden) => golden.area ?? '');

for (const [area, cases] of areas) {
  test(`${cases.length} templates about ${area} give what Go gives, or fail where Go fails`, () => {
    for (const golden of cases) {
      const data = go.data[golden.data ?? ''];
      assert(data !== undefined);
      hold(golden.template, golden, render(golden.template, data));
    }
  });
}
