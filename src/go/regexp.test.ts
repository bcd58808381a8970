import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { expand } from './expand.ts';
import { compileRegexp, GoRegexpError, quoteMeta } from './regexp.ts';

interface Golden {
  readonly expand: readonly [pattern: string, text: string, template: string, result: string][];
  readonly regexpErrors: readonly [pattern: string, error: string | null][];
  readonly regexpMatches: readonly [
    pattern: string,
    text: string,
    groups: readonly (string | null)[] | null,
    limit: number,
    all: readonly string[],
    pieces: readonly string[],
    replaced: string,
    replacedLiterally: string,
    quoted: string,
  ][];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/select-go.json', import.meta.url), 'utf8'),
) as Golden;

/** Since Go 1.25 the names of Unicode classes are read loosely (`\p{greek}`, `\p{Letter}`): here they must be exact. */
const looseClassName = /invalid character class range: `\\[pP]/;

function errorOf(pattern: string): string | null {
  try {
    compileRegexp(pattern);
    return null;
  } catch (error) {
    assert.ok(error instanceof GoRegexpError);
    return error.message;
  }
}

test('patterns are accepted and refused as by Go, in the same words', () => {
  for (const [pattern, expected] of golden.regexpErrors) {
    const actual = errorOf(pattern);
    if (looseClassName.test(actual ?? '')) continue;
    assert.equal(actual, expected, pattern);
  }
});

test('loose names of Unicode classes are refused with the place', () => {
  assert.equal(
    errorOf(String.raw`\p{greek}`),
    'error parsing regexp: invalid character class range: `\\p{greek}`',
  );
});

test('matches, splits and replacements are those of Go', () => {
  for (const row of golden.regexpMatches) {
    const [pattern, text, groups, limit, all, pieces, replaced, literally, quoted] = row;
    const compiled = compileRegexp(pattern);
    const found = compiled.find(text);
    assert.deepEqual(found?.names.map((_, group) => found.group(group) ?? null) ?? null, groups, pattern);
    assert.equal(compiled.test(text), groups !== null, pattern);
    assert.deepEqual(
      compiled.findAll(text, limit).map((match) => match.group(0)),
      all,
      pattern,
    );
    assert.deepEqual(compiled.split(text, limit), pieces, pattern);
    assert.equal(compiled.replaceAll(text, '<$1>'), replaced, pattern);
    assert.equal(compiled.replaceAllLiteral(text, '<$1>'), literally, pattern);
    assert.equal(quoteMeta(text), quoted);
  }
});

test('templates are expanded as by Go', () => {
  for (const [pattern, text, template, result] of golden.expand) {
    const match = compileRegexp(pattern).find(text);
    assert.ok(match);
    assert.equal(expand(template, match), result, `${pattern} ${text} ${template}`);
  }
});

test('a template knows groups by their longest name', () => {
  const match = compileRegexp(String.raw`(?P<y>\d{4})-(?P<m>\d\d)`).find('v2024-05');
  assert.ok(match);
  assert.equal(expand('$y$m', match), '202405');
  assert.equal(expand('$ym', match), '');
  assert.equal(expand('$1x', match), '');
  assert.equal(expand('${1}x', match), '2024x');
  assert.equal(expand('$$ $ ${ $01 $0', match), '$ $ ${  2024-05');
});

test('two groups may share a name, and the one that took part counts', () => {
  const compiled = compileRegexp('^dev-(?P<ts>[0-9]+)$|^(?P<ts>[0-9]+)-(?<ts_>x)prod$');
  assert.deepEqual(compiled.names, ['', 'ts', 'ts', 'ts_']);
  for (const text of ['dev-17', '17-xprod']) {
    const match = compiled.find(text);
    assert.ok(match);
    assert.equal(expand('$ts', match), '17');
  }
  assert.equal(errorOf('(?P<ts>a)(?P<ts>b'), 'error parsing regexp: missing closing ): `(?P<ts>a)(?P<ts>b`');
});

test('names that mean something to JavaScript are names like others', () => {
  const match = compileRegexp('(?P<__proto__>a)(?P<constructor>b)').find('ab');
  assert.ok(match);
  assert.equal(expand('$constructor$__proto__$toString', match), 'ba');
});

test('a class may hold a bracket and a colon', () => {
  assert.equal(compileRegexp('^[a[:]+$').test('[:a'), true);
  assert.match(errorOf('[[:]digit:]') ?? '', /invalid character class range/);
  assert.equal(errorOf('[[:](?P<n>'), 'error parsing regexp: missing closing ): `[[:](?P<n>`');
});

test('a pattern that would take a lot of memory is refused', () => {
  for (const pattern of ['.{0,1000}'.repeat(60), `(${'a'.repeat(60)}){1000}`, 'a'.repeat(50_001)]) {
    assert.equal(errorOf(pattern), `error parsing regexp: expression too large: \`${pattern}\``);
  }
});

test('patterns that repeat a lot within reason are accepted', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `tag${index}`).join('|');
  assert.equal(compileRegexp(`^(?:${names})$`).test('tag4999'), true);
  assert.equal(compileRegexp('^[0-9a-f]{1000}[0-9a-f]{1000}$').test('a'.repeat(2000)), true);
  assert.equal(compileRegexp(String.raw`[[:alpha:]{1000}]\x{41}\Q{1000}\E`).test('{A{1000}'), true);
});

test('matching takes time that grows with the text and not faster', () => {
  const text = `${'a'.repeat(20_000)}!`;
  for (const pattern of ['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '(x+x+)+y', '^(.*)*(.*)*(.*)*b$']) {
    assert.equal(compileRegexp(pattern).find(text), undefined);
  }
});
