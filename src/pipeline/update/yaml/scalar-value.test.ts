import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { readYaml } from './read-yaml.ts';
import { scalarValue } from './scalar-value.ts';

/** The value of the only key of a file. */
function valueOf(file: string): string {
  const { yaml, unreadable } = readYaml(Buffer.from(file));
  assert.equal(unreadable, undefined);
  const root = yaml?.roots[0];
  assert.ok(yaml && root?.kind === 'map');
  const value = root.entries[0]?.value;
  assert.ok(value?.kind === 'scalar');
  return scalarValue(yaml.text, value);
}

const scalars: readonly string[] = [
  'plain',
  'two words   # comment',
  'é中😀',
  'one\n  two',
  'one\n\n  two\n\n\n  three\n',
  'one  \n     two\t\n  three',
  '\n  below',
  "''",
  "'it''s'",
  "'one\n  two\n\n  three'",
  "'  spaces  '",
  '""',
  '"tab\\t quote\\" slash\\/ back\\\\ bell\\a null\\0 escape\\e"',
  '"\\x41\\u00e9\\U0001F600\\N\\_\\L\\P"',
  '"one\n  two\n\n  three"',
  '"one \\\n  two"',
  '"one\\\n  \\  two"',
  '"é中😀"',
  '"one\\   \n  two"',
  '"one\\ \n  two"',
  '"one\\\\   \n  two"',
  '|\n  one\n  two\n',
  '|\n  one\n\n    deeper\n  two\n\n\n',
  '|-\n  one\n\n',
  '|+\n  one\n\n\n',
  '|2\n    deeper first\n  one\n',
  '|\n\n\n  after blank lines\n',
  '|\n  trailing  \n  blanks\t\n',
  '|\n  é😀\n',
  '|+\n\n\n',
  '|\n',
  '| # comment\n  one\n',
  '>\n  one\n  two\n',
  '>\n  one\n\n  two\n\n\n  three\n',
  '>\n  one\n    deeper\n    lines\n  two\n',
  '>\n  one\n\n    deeper\n\n  two\n',
  '>-\n  one\n  two\n\n',
  '>+\n  one\n  two\n\n\n',
  '>2-\n   deeper first\n  one\n',
  '>\n\n  after a blank line\n',
  '>\n  one\n  \n  two\n',
];

for (const scalar of scalars) {
  test(`the value of ${JSON.stringify(scalar)} is what another library reads`, () => {
    const file = `a: ${scalar}\n`;
    assert.deepEqual({ a: valueOf(file) }, parse(file));
  });

  test(`the value of ${JSON.stringify(scalar)} is the same with CR LF`, () => {
    const file = `a: ${scalar}\n`;
    assert.equal(valueOf(file.replaceAll('\n', '\r\n')), valueOf(file));
  });
}

test('line breaks of YAML 1.1 are folded, and LS and PS stay what they are', () => {
  assert.equal(valueOf('a: "one\u0085two"\n'), 'one two');
  assert.equal(valueOf('a: "one\u2028two"\n'), 'one\u2028two');
});
