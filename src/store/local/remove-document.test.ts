import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { readDocuments } from '../../api/read-documents.ts';
import { isBlank, removeDocument } from './remove-document.ts';

const propertyRuns = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 500);

function policy(name: string): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata:\n  name: ${name}\nspec:\n  imageRepositoryRef: {name: ${name}}\n  policy: {alphabetical: {}}\n`;
}

function item(name: string, indent: string): string {
  const [first = '', ...rest] = policy(name).trimEnd().split('\n');
  return `${indent}- ${first}\n${rest.map((line) => `${indent}  ${line}\n`).join('')}`;
}

function objectsIn(
  text: string,
): readonly { readonly name: string; readonly line: number; readonly listed: boolean }[] {
  const { objects, problems } = readDocuments(Buffer.from(text), 'a.yaml');
  assert.deepEqual(problems, []);
  return objects.map(({ object, line, listed }) => ({ name: object.metadata.name, line, listed }));
}

function without(text: string, name: string): string | undefined {
  const found = objectsIn(text).find((object) => object.name === name);
  assert.ok(found, `${name} is not in the text`);
  return removeDocument(text, found);
}

const list = `# all policies\napiVersion: v1\nkind: List\nitems:\n# the first\n${item('a', '')}\n# the second\n${item('b', '')}${item('c', '')}# the end\n`;
const json = JSON.stringify(
  {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      JSON.parse(
        JSON.stringify({
          apiVersion: 'image.toolkit.fluxcd.io/v1',
          kind: 'ImageRepository',
          metadata: { name: 'a' },
          spec: { image: 'x/a', interval: '1m' },
        }),
      ),
      {
        apiVersion: 'image.toolkit.fluxcd.io/v1',
        kind: 'ImageRepository',
        metadata: { name: 'b' },
        spec: { image: 'x/b', interval: '1m' },
      },
    ],
  },
  null,
  2,
);

const cases: readonly {
  readonly title: string;
  readonly text: string;
  readonly name: string;
  readonly left: string;
}[] = [
  { title: 'the only document leaves nothing', text: policy('a'), name: 'a', left: '' },
  {
    title: 'the first document without a marker',
    text: `${policy('a')}---\n${policy('b')}`,
    name: 'a',
    left: `---\n${policy('b')}`,
  },
  {
    title: 'the first document, below a header',
    text: `# header\n---\n${policy('a')}---\n${policy('b')}`,
    name: 'a',
    left: `# header\n---\n${policy('b')}`,
  },
  {
    title: 'a document in the middle, with its comments',
    text: `---\n${policy('a')}---\n# about b\n${policy('b')}# end of b\n--- # c\n${policy('c')}`,
    name: 'b',
    left: `---\n${policy('a')}--- # c\n${policy('c')}`,
  },
  { title: 'the last document', text: `${policy('a')}---\n${policy('b')}`, name: 'b', left: policy('a') },
  {
    title: 'the last document without a final newline',
    text: `${policy('a')}---\n${policy('b').trimEnd()}`,
    name: 'b',
    left: policy('a'),
  },
  {
    title: 'CRLF',
    text: `${policy('a')}---\n${policy('b')}---\n${policy('c')}`.replaceAll('\n', '\r\n'),
    name: 'b',
    left: `${policy('a')}---\n${policy('c')}`.replaceAll('\n', '\r\n'),
  },
  {
    title: 'a byte order mark stays',
    text: `\uFEFF${policy('a')}---\n${policy('b')}`,
    name: 'a',
    left: `\uFEFF---\n${policy('b')}`,
  },
  {
    title: 'a document with an end marker',
    text: `${policy('a')}...\n---\n${policy('b')}...\n# tail\n`,
    name: 'a',
    left: `---\n${policy('b')}...\n# tail\n`,
  },
  {
    title: 'a document behind an end marker',
    text: `${policy('a')}...\n---\n${policy('b')}...\n# tail\n`,
    name: 'b',
    left: `${policy('a')}...\n# tail\n`,
  },
  {
    title: 'a document goes with its directive',
    text: `%YAML 1.2\n---\n${policy('a')}...\n%YAML 1.2\n---\n${policy('b')}`,
    name: 'b',
    left: `%YAML 1.2\n---\n${policy('a')}...\n`,
  },
  {
    title: 'a document that is not ours stays',
    text: `${policy('a')}---\nkind: Deployment\nx: |\n  --- no marker\n---\n${policy('b')}`,
    name: 'a',
    left: `---\nkind: Deployment\nx: |\n  --- no marker\n---\n${policy('b')}`,
  },
  {
    title: 'the first item of a List goes with the comment above it',
    text: list,
    name: 'a',
    left: list.replace(`# the first\n${item('a', '')}`, ''),
  },
  {
    title: 'an item in the middle of a List',
    text: list,
    name: 'b',
    left: list.replace(`# the second\n${item('b', '')}`, ''),
  },
  {
    title: 'the last item of a List leaves what comes after',
    text: list,
    name: 'c',
    left: list.replace(item('c', ''), ''),
  },
  {
    title: 'an indented List in a later document',
    text: `${policy('z')}---\nkind: List\napiVersion: v1\nitems:\n${item('a', '  ')}${item('b', '  ')}`,
    name: 'b',
    left: `${policy('z')}---\nkind: List\napiVersion: v1\nitems:\n${item('a', '  ')}`,
  },
  {
    title: 'the only item takes the List along',
    text: `${policy('z')}---\nkind: List\napiVersion: v1\nitems:\n${item('a', '  ')}`,
    name: 'a',
    left: policy('z'),
  },
  {
    title: 'the first item of a JSON list',
    text: json,
    name: 'a',
    left: json.slice(0, json.indexOf('    {') + 4) + json.slice(json.lastIndexOf('{\n      "apiVersion"')),
  },
  {
    title: 'the last item of a JSON list',
    text: json,
    name: 'b',
    left: json.replace(/,\n {4}\{\n {6}"apiVersion"(?:(?!,\n {4}\{)[\s\S])*?"b"[\s\S]*?\n {4}\}/, ''),
  },
];

for (const { title, text, name, left } of cases) {
  test(`cut out: ${title}`, () => {
    assert.equal(without(text, name), left);
    assert.deepEqual(
      objectsIn(left).map((object) => object.name),
      objectsIn(text)
        .map((object) => object.name)
        .filter((other) => other !== name),
    );
  });
}

test('only blank lines and markers are nothing', () => {
  for (const text of ['', '\n', '---\n', '\uFEFF---\r\n...\r\n', '---'])
    assert.ok(isBlank(text), JSON.stringify(text));
  for (const text of ['# a comment\n', '--- x\n', 'a: 1\n', '----\n'])
    assert.ok(!isBlank(text), JSON.stringify(text));
});

test('whatever stands around it, an object is cut out alone and all other bytes stay in order', () => {
  const filler = fc.constantFrom('# comment\n', '\n', '# ---\n', '');
  const part = fc.oneof(
    fc.constant({ kind: 'own' as const }),
    fc.constant({ kind: 'other' as const }),
    fc.record({
      kind: fc.constant('list' as const),
      size: fc.integer({ min: 1, max: 3 }),
      indent: fc.constantFrom('', '  '),
    }),
  );
  const files = fc.array(fc.tuple(filler, part, filler), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(files, fc.boolean(), fc.nat(), (parts, crlf, pick) => {
      let count = 0;
      const texts = parts.map(([before, one, after]) => {
        if (one.kind === 'own') return `${before}${policy(`p${(count += 1)}`)}${after}`;
        if (one.kind === 'other') return `${before}kind: ConfigMap\ndata: {a: b}\n${after}`;
        const items = Array.from(
          { length: one.size },
          () => `${before}${item(`p${(count += 1)}`, one.indent)}`,
        );
        return `kind: List\napiVersion: v1\nitems:\n${items.join('')}${after}`;
      });
      const text = crlf ? texts.join('---\n').replaceAll('\n', '\r\n') : texts.join('---\n');
      const before = objectsIn(text);
      const target = before[pick % Math.max(before.length, 1)];
      if (target === undefined) return;
      const left = removeDocument(text, target);
      assert.ok(left !== undefined);
      assert.deepEqual(
        objectsIn(left).map(({ name }) => name),
        before.map(({ name }) => name).filter((name) => name !== target.name),
      );
      // What is left is the text with one piece missing.
      const head = commonPrefix(text, left);
      assert.equal(left, text.slice(0, head) + text.slice(head + text.length - left.length));
    }),
    { numRuns: propertyRuns },
  );
});

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < b.length && a[length] === b[length]) length += 1;
  return length;
}
