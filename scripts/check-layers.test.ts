import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLayers } from './check-layers.ts';

function check(files: Record<string, string>): readonly string[] {
  return checkLayers(new Map(Object.entries(files)));
}

test('a chain that follows the arrows has no violation', () => {
  const problems = check({
    'src/main.ts': "import { program } from './cli/program.ts';",
    'src/cli/program.ts': "import { run } from '../app/run.ts';\nimport { table } from '../views/table.ts';",
    'src/app/run.ts':
      "import { undiciRegistry } from '../pipeline/scan/io/undici-registry.ts';\nimport { localStore } from '../store/local/local-store.ts';\nimport { gitServer } from '../../test/fakes/git-server/git-server.ts';",
    'src/controllers/image-policy/select-tag.ts':
      "import { select } from '../../pipeline/select/select.ts';\nimport type { ObjectStore } from '../../store/store.ts';\nimport { worker } from '../../reconcile/worker.ts';",
    'src/pipeline/select/select.ts':
      "import type { Tag } from '../../model/tag.ts';\nimport { parse } from '../../go/semver.ts';",
    'src/go/semver.ts': "import { TidemarkError } from '../model/errors.ts';\nimport { RE2JS } from 're2js';",
  });
  assert.deepEqual(problems, []);
});

const violations: readonly (readonly [title: string, file: string, source: string, problem: string])[] = [
  [
    'a stage that imports another stage is named with file and line',
    'src/pipeline/scan/scan.ts',
    "import { a } from '../../model/a.ts';\nimport { select } from '../select/select.ts';",
    'src/pipeline/scan/scan.ts:2: pipeline/scan must not import pipeline/select (src/pipeline/select/select.ts)',
  ],
  [
    'an import of types only counts',
    'src/model/tag.ts',
    "import type { Kinds } from '../api/kinds.ts';",
    'src/model/tag.ts:1: model must not import api (src/api/kinds.ts)',
  ],
  [
    'an import that spans lines counts',
    'src/api/kinds.ts',
    "import {\n  type A,\n  b,\n} from '../store/store.ts';",
    'src/api/kinds.ts:4: api must not import store port (src/store/store.ts)',
  ],
  [
    'a re-export counts',
    'src/views/rows.ts',
    "export * from '../controllers/a.ts';",
    'src/views/rows.ts:1: views must not import controllers (src/controllers/a.ts)',
  ],
  [
    'a dynamic import counts',
    'src/controllers/a/a.ts',
    "const late = await import('../../pipeline/publish/io/git.ts');",
    'src/controllers/a/a.ts:1: controllers must not import pipeline/publish/io (src/pipeline/publish/io/git.ts)',
  ],
  [
    'a type taken with typeof import counts',
    'src/reconcile/queue.ts',
    "type Late = typeof import('../controllers/a.ts');",
    'src/reconcile/queue.ts:1: reconcile must not import controllers (src/controllers/a.ts)',
  ],
  [
    'only app constructs a store',
    'src/controllers/a/a.ts',
    "import { localStore } from '../../store/local/local-store.ts';",
    'src/controllers/a/a.ts:1: controllers must not import store/local (src/store/local/local-store.ts)',
  ],
  [
    'a pure file of a stage must not reach into its own io',
    'src/pipeline/scan/scan.ts',
    "import { x } from './io/x.ts';",
    'src/pipeline/scan/scan.ts:1: pipeline/scan must not import pipeline/scan/io (src/pipeline/scan/io/x.ts)',
  ],
  [
    'only adapters use the shared HTTP client',
    'src/pipeline/scan/scan.ts',
    "import { HttpClient } from '../../http/http-client.ts';",
    'src/pipeline/scan/scan.ts:1: pipeline/scan must not import http (src/http/http-client.ts)',
  ],
  [
    'the program does not import tests',
    'src/app/run.ts',
    "import { x } from './run.test.ts';",
    'src/app/run.ts:1: imports a test, src/app/run.test.ts',
  ],
  [
    'the program does not import scripts',
    'src/cli/a.ts',
    "import { x } from '../../scripts/x.ts';",
    'src/cli/a.ts:1: cli must not import scripts/x.ts: it is not part of the program',
  ],
  [
    'a folder that no arrow knows is a violation',
    'src/utils/strings.ts',
    '',
    'src/utils/strings.ts:1: belongs to no part of the program (scripts/layers/arrows.ts)',
  ],
  [
    'a pure file must not read the disk',
    'src/pipeline/update/update.ts',
    "import { readFileSync } from 'node:fs';",
    'src/pipeline/update/update.ts:1: pipeline/update is pure and must not use node:fs',
  ],
  [
    'a pure file must not use an HTTP client',
    'src/api/a.ts',
    "import { request } from 'undici';",
    'src/api/a.ts:1: api is pure and must not use undici',
  ],
  [
    'a pure file must not ask the time',
    'src/go/a.ts',
    '\nconst t = Date.now();',
    'src/go/a.ts:2: go is pure and must not use Date.now',
  ],
  [
    'nor make a date of now',
    'src/go/a.ts',
    'const t = new Date();',
    'src/go/a.ts:1: go is pure and must not use new Date()',
  ],
  [
    'nor throw dice',
    'src/model/a.ts',
    'Math.random()',
    'src/model/a.ts:1: model is pure and must not use Math.random',
  ],
  [
    'nor read the environment',
    'src/views/a.ts',
    'process.env.X',
    'src/views/a.ts:1: views is pure and must not use process',
  ],
  [
    'nor hide it in a template',
    'src/views/a.ts',
    'const a = `${process.env.X}`;',
    'src/views/a.ts:1: views is pure and must not use process',
  ],
];

for (const [title, file, source, problem] of violations) {
  test(title, () => assert.deepEqual(check({ [file]: source }), [problem]));
}

test('words in comments, strings and regular expressions are no violation', () => {
  const problems = check({
    'src/pipeline/scan/a.ts': [
      "// import { x } from '../select/x.ts'; Date.now()",
      "/* import '../select/x.ts' */",
      'const text = "import x from \'../select/x.ts\'";',
      'const template = `process.env ${text} Date.now`;',
      'const pattern = /process\\.env|["\']/.exec(text);',
      'const date = new Date(0);',
    ].join('\n'),
  });
  assert.deepEqual(problems, []);
});

test('tests may construct adapters and fakes, but not what stands above them', () => {
  const problems = check({
    'src/controllers/a/a.test.ts':
      "import '../../store/local/local-store.ts';\nimport '../../../test/builders/policy.ts';\nimport '../../pipeline/scan/io/x.ts';\nimport { systemClock } from '../../app/clock.ts';\nimport { readFileSync } from 'node:fs';",
    'src/pipeline/scan/scan.test.ts': "import '../../controllers/a/a.ts';",
  });
  assert.deepEqual(problems, [
    'src/pipeline/scan/scan.test.ts:1: pipeline/scan must not import controllers (src/controllers/a/a.ts)',
  ]);
});
