import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocs } from './check-docs.ts';

const paths = [
  'README.md',
  'CHANGELOG.md',
  'docs',
  'docs/style.md',
  'src',
  'src/main.ts',
  'src/go',
  'src/go/semver.ts',
];

function check(pages: Record<string, string>): readonly string[] {
  return checkDocs({
    pages: new Map(Object.entries({ 'CHANGELOG.md': '# Change log\n\n## Unreleased\n', ...pages })),
    paths: new Set(paths),
    scripts: ['test', 'demo', 'bench:big'],
    version: '1.2.3',
  });
}

test('pages whose paths, links and commands exist have no problem', () => {
  const page = [
    '# Title, and more',
    'See `src/main.ts`, `src/go/`, `src/**/semver.ts`, `src/<stage>/io`, `apps/dev` and [style](docs/style.md#the-arrows).',
    'Run `npm test`, `npm ci` or `npm run bench:big`; [back](#title-and-more), [site](https://example.com).',
    '```sh',
    '$ npm run demo',
    '```',
    '```yaml',
    'file: src/not-there.ts',
    '```',
  ].join('\n');
  assert.deepEqual(check({ 'README.md': page, 'docs/style.md': '## The *arrows*\n[up](../README.md)' }), []);
});

const problems: readonly (readonly [title: string, page: string, problem: string])[] = [
  ['a path in backticks that is not there', '\n`src/gone.ts`', 'README.md:2: no such path: src/gone.ts'],
  ['a pattern that matches nothing', '`src/**/*.go`', 'README.md:1: no such path: src/**/*.go'],
  ['a page at the root that is not there', '`AGENTS.md`', 'README.md:1: no such path: AGENTS.md'],
  ['a dead relative link', '[a](docs/gone.md)', 'README.md:1: dead link: docs/gone.md'],
  [
    'a link to a heading that is not there',
    '[a](docs/style.md#x)',
    'README.md:1: dead link: docs/style.md#x (no such heading)',
  ],
  ['a dead reference link', '[a]: docs/gone.md', 'README.md:1: dead link: docs/gone.md'],
  [
    'a command without a script',
    '```sh\nnpm run nope\n```',
    'README.md:2: package.json has no script "nope"',
  ],
  ['a short command without a script', '`npm start`', 'README.md:1: package.json has no script "start"'],
];

for (const [title, page, problem] of problems) {
  test(`${title} is reported with file and line`, () =>
    assert.deepEqual(check({ 'README.md': page, 'docs/style.md': '# Style' }), [problem]));
}

test('a change log without an entry for the version is reported', () => {
  assert.deepEqual(check({ 'CHANGELOG.md': '## 1.2.2\n' }), [
    'CHANGELOG.md:1: has no entry for 1.2.3 and none called Unreleased',
  ]);
  assert.deepEqual(check({ 'CHANGELOG.md': '## [1.2.3] 2026-01-01\n' }), []);
});
