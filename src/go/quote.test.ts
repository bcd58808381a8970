import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { quote, quoteToAscii } from './quote.ts';

interface Golden {
  readonly quotes: readonly [text: string, quoted: string, quotedToAscii: string][];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/select-go.json', import.meta.url), 'utf8'),
) as Golden;

test('text is quoted as by Go', () => {
  for (const [text, quoted, quotedToAscii] of golden.quotes) {
    assert.equal(quote(text), quoted);
    assert.equal(quoteToAscii(text), quotedToAscii);
  }
});

test('half of a surrogate pair is quoted as the replacement character', () => {
  assert.equal(quote('a\ud800b'), String.raw`"a\ufffdb"`);
});
