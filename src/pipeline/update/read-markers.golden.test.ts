import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ObjectIdentity } from './object-identity.ts';
import { readMarkers } from './read-markers.ts';

interface Golden {
  readonly policies: Readonly<Record<string, unknown>>;
  readonly cases: readonly {
    readonly name: string;
    readonly text: string;
    readonly skipped?: string;
    readonly hits: readonly {
      readonly setter: string;
      readonly old: string;
      readonly object?: ObjectIdentity;
    }[];
  }[];
}

const path = new URL('../../../test/golden/setters-go.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

/** Where we differ from Flux on purpose; each has its own test. */
const differences = new Set(['file: template line', 'object: marker on the name']);

for (const { name, text, skipped, hits } of golden.cases) {
  if (differences.has(name)) continue;
  test(`${name}: the same values are marked as in Flux`, () => {
    const { markers, findings, unreadable } = readMarkers(Buffer.from(text));
    const known = markers.filter(({ namespace, name }) => `${namespace}:${name}` in golden.policies);
    const found = known.map(({ setter, value }) => `${setter}=${value}`);
    if (skipped !== undefined) {
      assert.deepEqual(found, []);
      if (text.includes('"$imagepolicy"')) assert.ok(unreadable, `Flux skips it: ${skipped}`);
      return;
    }
    assert.equal(unreadable, undefined);
    const inFlux = hits.map(({ setter, old }) => `${setter}=${old}`);
    assert.deepEqual(found, inFlux);
    assert.deepEqual(
      known.map(({ object }) => object),
      hits.map(({ object }) => object),
    );
    if (/"\$imagepolicy": *"ns:/.test(text) && markers.length === 0) assert.notDeepEqual(findings, []);
  });
}

test('a template is reported, where Flux takes its first line for a document and all behind it for nothing', () => {
  const reading = readMarkers(Buffer.from('{{ if x }}\na: x # {"$imagepolicy": "ns:p"}\n{{ end }}\n'));
  assert.equal(reading.unreadable?.reason, 'Template');
});

test('an object whose name is marked is named as it is before the update, where Flux names it as it is after the change', () => {
  const [marker] = readMarkers(
    Buffer.from('kind: Pod\nmetadata:\n  name: x # {"$imagepolicy": "ns:p:tag"}\n'),
  ).markers;
  assert.equal(marker?.object.name, 'x');
});
