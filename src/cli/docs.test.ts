import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { commandTable } from './command-table.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

/** Said once for all commands, at the top of the page. */
const common = [
  '--file',
  '--state',
  '--secrets',
  '--no-ambient-credentials',
  '--kubeconfig',
  '--context',
  '--namespace',
  '--all-namespaces',
  '--output',
  '--no-header',
  '--timeout',
  '--verbose',
  '--color',
];

/** The part of the page about a verb; tools have a part each. */
function partAbout(words: string): string {
  const parts = page.split(/^(?=###? )/m);
  const [verb = ''] = words.split(' ');
  const own = parts.filter(
    (part) =>
      part.startsWith(`### \`tidemark ${words}\``) || new RegExp(`^### .*\`tidemark ${verb}\``).test(part),
  );
  return own.join('');
}

test('the page of the command line tells every command and every flag', async () => {
  const missing: string[] = [];
  for (const { words, load } of commandTable) {
    const part = partAbout(words);
    if (part === '') missing.push(words);
    const { flags } = await load();
    for (const { spec } of Object.values(flags)) {
      const [name = ''] = /--[\w-]+/.exec(spec) ?? [];
      const short = /^-\w\b/.exec(spec)?.[0];
      const isTold =
        part.includes(name) || (short !== undefined && new RegExp(`[\\s[]${short}\\b`).test(part));
      if (!common.includes(name) && !isTold) missing.push(`${words} ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('the page names no flag that does not exist', async () => {
  const known = new Set(common);
  for (const { load } of commandTable) {
    for (const { spec } of Object.values((await load()).flags))
      for (const [name] of spec.matchAll(/--[\w-]+/g)) known.add(name);
  }
  const named = new Set(Array.from(page.matchAll(/(?<![\w-])--[a-z][\w-]*/g), ([name]) => name));
  named.delete('--help');
  assert.deepEqual(
    [...named].filter((name) => !known.has(name)),
    [],
  );
});
