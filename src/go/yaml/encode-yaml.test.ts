import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { encodeYaml } from './encode-yaml.ts';

interface Row {
  readonly value: unknown;
  readonly yaml: string;
}

const rows = readFileSync(new URL('../../../test/golden/kubernetes-yaml.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

test('every value is written as sigs.k8s.io/yaml writes it', () => {
  const wrong = rows.filter((row) => encodeYaml(row.value) !== row.yaml);
  assert.deepEqual(
    wrong.slice(0, 5).map((row) => ({ value: row.value, ours: encodeYaml(row.value), theirs: row.yaml })),
    [],
  );
});

test('undefined fields are left out', () => {
  assert.equal(encodeYaml({ a: undefined, b: { c: undefined } }), 'b: {}\n');
});
