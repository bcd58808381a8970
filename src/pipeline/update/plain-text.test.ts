import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { canBePlain, isWritable, readsAsText } from './plain-text.ts';

const notTexts =
  '2 -1 +1 007 0777 0o17 0O17 0b11 -0b11 0x1F 0x 0x_ 0b 0o 1_0 1_000.5 1__ 1.0 1. .5 -.5 . 1e3 1E-3 1.5e+3 e5 E12 -e5 + - 0_ 12:30 190:20:30 190:20:30.15 2024-01-02 2024-1-2 2024-01-02T03:04:05Z .inf -.Inf .NaN y Y n N yes Yes NO on Off true False null Null ~ << ='.split(
    ' ',
  );
const texts =
  'v2 1.2.3 1.2.3-rc.1 main-1715555000 a1 _1 __ ex e 0x1G 0b12 0o8a 1e 1.2e 12:60x 12:3:abc 2024-01 2024-01-02-rc1 yess tRUE nULL Nan inf x-1 -x +a sha256:0a'.split(
    ' ',
  );

for (const text of [...notTexts, '']) {
  test(`a plain ${JSON.stringify(text)} is no text to some reader`, () => {
    assert.equal(readsAsText(text), false);
  });
}

for (const text of texts) {
  test(`a plain ${text} is a text to every reader`, () => {
    assert.equal(readsAsText(text), true);
  });
}

test('what may be plain is read back as the same text by the rules of YAML 1.1 and 1.2, in blocks and in brackets', () => {
  const value = fc.oneof(fc.stringMatching(/^[ -~é]{0,8}$/), fc.stringMatching(/^[-+.:_0-9eExXoO]{1,8}$/));
  const property = fc.property(value, (text) => {
    if (!readsAsText(text) || !isWritable(text)) return;
    for (const version of ['1.1', '1.2'] as const) {
      if (canBePlain(text, false)) assert.deepEqual(parse(`a: ${text}\n`, { version }), { a: text });
      if (canBePlain(text, true))
        assert.deepEqual(parse(`a: [${text}, ${text}]\n`, { version }), { a: [text, text] });
      if (canBePlain(text, true))
        assert.deepEqual(parse(`a: {b: ${text}}\n`, { version }), { a: { b: text } });
    }
  });
  fc.assert(property, { numRuns: Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 3000) });
});

for (const text of [
  'a: b',
  'a:',
  'a #b',
  '# a',
  '- a',
  '-',
  '--- a',
  '...',
  ' a',
  'a ',
  '? a',
  ', a',
  '[a',
  '{a',
  '*a',
  '&a',
  '!a',
  '|',
  '>',
  "'a",
  '"a',
  '%a',
  '@a',
  '`a',
  '',
]) {
  test(`${JSON.stringify(text)} cannot be plain`, () => {
    assert.equal(canBePlain(text, false), false);
  });
}

test('control characters, line breaks and halves of characters cannot be written', () => {
  for (const text of ['a\n', 'a\tb', '\0', '\u007f', '\u0085', '\u2028', '\ufeff', '\ud800'])
    assert.equal(isWritable(text), false);
  for (const text of ['', 'é中😀', '"', '\\']) assert.equal(isWritable(text), true);
});
