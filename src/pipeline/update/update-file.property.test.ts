import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments } from 'yaml';
import { anyMarkedYaml, anyRefs } from '../../../test/builders/arbitrary-yaml.ts';
import { type MarkerReading, readMarkers } from './read-markers.ts';
import { type FileUpdate, updateFile } from './update-file.ts';

/** How often an update is tried; the other properties take a share of it. */
const numRuns = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 1500);

/** Counterexamples of this size take minutes to shrink. They come with a seed that repeats them. */
const endOnFailure = true;

test('the markers of any file are found, in order', () => {
  const property = fc.property(anyMarkedYaml, ({ text, setters }) => {
    if (!text.includes('"$imagepolicy"')) return;
    const { markers, unreadable } = readMarkers(Buffer.from(text));
    assert.equal(unreadable, undefined);
    assert.deepEqual(
      markers.map(({ setter }) => setter),
      setters,
    );
  });
  fc.assert(property, { numRuns: numRuns / 2, endOnFailure });
});

test('an update of any file changes the marked values, keeps every other byte, and has nothing to do the second time', () => {
  const property = fc.property(anyMarkedYaml, anyRefs, ({ text }, refs) => {
    const bytes = Buffer.from(text);
    const update = updateFile({ path: 'any.yaml', bytes }, refs);
    if (update.refused) return assert.equal(update.refused.reason, 'ValueNotWritable');
    assertOnlyValuesChanged(bytes, update);
    assertReadsTheSame(bytes, update);
    const again = updateFile({ path: 'any.yaml', bytes: update.bytes }, refs);
    assert.deepEqual(again.changes, []);
    assert.equal(again.bytes, update.bytes);
  });
  fc.assert(property, { numRuns, endOnFailure });
});

test('a file with anything inserted anywhere is updated in the same way, or refused and left as it is', () => {
  const broken = fc.tuple(
    anyMarkedYaml,
    fc.nat(),
    fc.constantFrom(
      '\n',
      ' ',
      ':',
      ': ',
      '- ',
      '#',
      '\t',
      '{',
      ']',
      '"',
      "'",
      '&x ',
      '*x ',
      '\r',
      '\u2028',
      '\0',
      '|',
      '%',
      '---',
      '\ufeff',
      '\u007f',
    ),
  );
  const property = fc.property(broken, anyRefs, ([{ text }, place, inserted], refs) => {
    const at = place % (text.length + 1);
    const bytes = Buffer.from(text.slice(0, at) + inserted + text.slice(at));
    const update = updateFile({ path: 'any.yaml', bytes }, refs);
    if (update.refused) return assert.equal(update.bytes, bytes);
    assertOnlyValuesChanged(bytes, update);
    // The other library takes neither a lone CR nor LS for a line break.
    if (!/\r(?!\n)|\u2028/.test(bytes.toString())) assertReadsTheSame(bytes, update);
  });
  fc.assert(property, { numRuns: numRuns / 2, endOnFailure });
});

test('bytes that are no text at all are refused by name', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
    const bytes = Buffer.concat([Buffer.from('a: x # {"$imagepolicy": "ns:p0"}\n'), noise]);
    const { refused, changes } = updateFile({ path: 'any.yaml', bytes }, new Map());
    assert.deepEqual(changes, []);
    if (refused)
      assert.match(
        refused.reason,
        /^(?:ControlCharacter|InvalidUtf8|NotYaml|NulByte|RootNotMapping|Template)$/,
      );
  });
  fc.assert(property, { numRuns: numRuns / 2, endOnFailure });
});

/** Takes the changed values out of both files: what is left must be the same, but for the header of a block text and the tag of a number. */
function assertOnlyValuesChanged(before: Buffer, { bytes: after, changes }: FileUpdate): void {
  const old = readMarkers(before);
  const now = readMarkers(after);
  const changed = old.markers.map(({ line, column }) =>
    changes.some((change) => change.line === line && change.column === column),
  );
  assert.deepEqual(outside(after, now, changed), outside(before, old, changed));
}

function outside(bytes: Buffer, { markers }: MarkerReading, changed: readonly boolean[]): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const { range, style } of markers.filter((_, index) => changed[index])) {
    parts.push(bytes.subarray(at, range.start).toString());
    at = range.end;
    if (style !== 'literal' && style !== 'folded') continue;
    const [header = '', ...text] = bytes
      .subarray(range.start, range.end)
      .toString()
      .split(/\r\n?|[\n\u2028]/);
    parts.push(header.replace(/^([|>])([1-9]?)[-+]?([1-9]?)/, '$1$2$3'));
    if (text.join('') !== '')
      at += /^(?:\r\n?|[\n\u2028])/.exec(bytes.subarray(at).toString())?.[0].length ?? 0;
  }
  return [...parts, bytes.subarray(at).toString()];
}

/** Lets another YAML library read both files, by the rules of YAML 1.1 and of 1.2: only marked values may differ, and they are the new texts. */
function assertReadsTheSame(before: Buffer, { bytes: after, changes }: FileUpdate): void {
  const { markers } = readMarkers(before);
  const wanted = new Map<number, string>();
  for (const { line, column, range } of markers) {
    const change = changes.find((candidate) => candidate.line === line && candidate.column === column);
    if (change) wanted.set(before.subarray(0, range.start).toString().length, change.new);
  }
  for (const version of ['1.1', '1.2'] as const) {
    const old = parse(before.toString(), version);
    if (old.some(({ errors }) => errors.length > 0)) continue;
    const now = parse(after.toString(), version);
    assert.equal(now.length, old.length);
    for (const [index, document] of old.entries())
      compare(document.contents, now[index]?.contents ?? null, wanted);
  }
}

function parse(text: string, version: '1.1' | '1.2'): Document[] {
  const documents = parseAllDocuments(text, { version, uniqueKeys: false, logLevel: 'silent', merge: false });
  return 'empty' in documents ? [] : documents;
}

function compare(old: Node | null, now: Node | null, wanted: ReadonlyMap<number, string>): void {
  if (isScalar(old) && isScalar(now)) {
    const expected = wanted.get(old.range?.[0] ?? -1);
    if (expected === undefined)
      assert.deepEqual([now.value, now.anchor, now.tag], [old.value, old.anchor, old.tag]);
    else assert.deepEqual([now.value, now.anchor], [expected, old.anchor]);
  } else if (isMap(old) && isMap(now)) {
    assert.equal(now.items.length, old.items.length);
    for (const [index, { key, value }] of old.items.entries()) {
      compare(key as Node, now.items[index]?.key as Node, wanted);
      compare(value as Node, now.items[index]?.value as Node, wanted);
    }
  } else if (isSeq(old) && isSeq(now)) {
    assert.equal(now.items.length, old.items.length);
    for (const [index, item] of old.items.entries()) compare(item as Node, now.items[index] as Node, wanted);
  } else {
    assert.equal(isAlias(now), isAlias(old));
    assert.equal(now === null, old === null);
  }
}
