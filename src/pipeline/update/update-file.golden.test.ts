import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readMarkers } from './read-markers.ts';
import { isUpdateCandidate, markerNeedle } from './screen.ts';
import { type Change, type FileUpdate, updateFile } from './update-file.ts';

interface Golden {
  readonly policies: Readonly<
    Record<string, { readonly name: string; readonly tag: string; readonly digest?: string }>
  >;
  readonly cases: readonly {
    readonly name: string;
    readonly error: string | null;
    readonly changes: number;
    readonly input: Readonly<Record<string, string>>;
    readonly output: Readonly<Record<string, string>>;
  }[];
}

const path = new URL('../../../test/golden/setters.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
const refs = new Map(Object.entries(golden.policies).map(([key, ref]) => [key.replace('/', ':'), ref]));

/** Where we differ from Flux on purpose: how many values we change, and why. */
const differences: Readonly<Record<string, { readonly changes: number; readonly why: string }>> = {
  yamldirective: { changes: 1, why: 'a %YAML line is read past; Flux skips the file' },
  multidoc_inline: { changes: 1, why: 'content behind --- is read; Flux skips the file' },
  dqescapes: { changes: 1, why: 'the escape \\/ of YAML 1.2 is known; Flux skips the file' },
  dq4: { changes: 1, why: 'the escape \\/ of YAML 1.2 is known; Flux skips the file' },
  emptydocs: { changes: 1, why: 'empty documents in a row are read past; Flux skips the file' },
  badann2: {
    changes: 1,
    why: 'metadata is not written to, so its form does not matter; Flux skips the file',
  },
  legacyidx: { changes: 1, why: 'kustomize path annotations are not fatal' },
  legacypath_unchanged_elsewhere: { changes: 1, why: 'kustomize path annotations are not fatal' },
  dotdot: { changes: 2, why: 'two dots in a file name are not fatal' },
  dotdotdir: { changes: 1, why: 'two dots in a folder name are not fatal' },
  reslist: { changes: 1, why: 'items of a ResourceList need no metadata' },
};

/** `kind: List` files, of which Flux writes each item to a new file and leaves the list as it is. */
const lists = new Set(['list', 'list_ns', 'twofiles_list', 'reslist']);

for (const { name, changes, input, output } of golden.cases) {
  const difference = differences[name];
  test(`setter case ${name}${difference ? ` differs: ${difference.why}` : ' comes out as in Flux'}`, () => {
    const updates = Object.entries(input).filter(isScreened).map(update);
    assert.equal(
      updates.reduce((sum, { changes }) => sum + changes.length, 0),
      difference?.changes ?? changes,
    );
    for (const each of updates) {
      assertOnlyValuesChanged(each, input[each.path] ?? '');
      const expected = output[each.path];
      if (expected !== undefined) assert.deepEqual(valuesIn(each.bytes), valuesIn(Buffer.from(expected)));
      else if (!difference && !lists.has(name)) assert.equal(each.bytes.toString(), input[each.path]);
      assert.deepEqual(
        update([each.path, each.bytes.toString()]).changes,
        [],
        'a second run has nothing to do',
      );
    }
  });
}

test('lists are updated in place, where Flux leaves them and writes their items to new files', () => {
  for (const { name, input, output } of golden.cases.filter(({ name }) => lists.has(name))) {
    const updates = Object.entries(input).filter(isScreened).map(update);
    const values = updates.flatMap(({ bytes }) => valuesIn(bytes));
    const inFlux = Object.values(output).flatMap((text) => valuesIn(Buffer.from(text)));
    if (name !== 'reslist') assert.deepEqual(values.toSorted(), inFlux.toSorted(), name);
  }
});

function isScreened([path, text]: [string, string]): boolean {
  return isUpdateCandidate(path) && Buffer.from(text).includes(markerNeedle);
}

function update([path, text]: [string, string]): FileUpdate {
  return updateFile({ path, bytes: Buffer.from(text) }, refs);
}

function valuesIn(bytes: Buffer): string[] {
  return readMarkers(bytes).markers.map(({ setter, value }) => `${setter}=${value}`);
}

/** Takes the changed values out of both texts: what is left must be equal, and each new value must be where its marker is. */
function assertOnlyValuesChanged({ bytes, changes, refused }: FileUpdate, before: string): void {
  if (refused) assert.equal(bytes.toString(), before);
  const old = readMarkers(Buffer.from(before)).markers;
  const now = readMarkers(bytes).markers;
  assert.equal(now.length, old.length);
  const isChanged = ({ line, column }: { line: number; column: number }) =>
    changes.some((change: Change) => change.line === line && change.column === column);
  const changed = old.map(isChanged);
  const rest = (text: Buffer, markers: typeof old) => {
    const parts: string[] = [];
    let at = 0;
    for (const [index, { range }] of markers.entries()) {
      if (!changed[index]) continue;
      parts.push(text.subarray(at, range.start).toString());
      at = range.end;
    }
    return [...parts, text.subarray(at).toString()];
  };
  assert.deepEqual(withoutTags(rest(bytes, now)), withoutTags(rest(Buffer.from(before), old)));
}

/** The tag `!!int` of a number goes with the number. */
function withoutTags(parts: readonly string[]): readonly string[] {
  return parts.map((part) => part.replace(/!!int $/, ''));
}
