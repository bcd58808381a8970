import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildContext } from './build-context.ts';
import { readDockerfile } from './read-dockerfile.ts';

test('a Dockerfile is read with comments inside, joined lines and stages', () => {
  const text = [
    '# first',
    'FROM base AS build',
    'RUN a \\',
    ' && b',
    'COPY --from=build /x y',
    'CMD ["controller"]',
    '',
  ].join('\n');
  assert.deepEqual(readDockerfile(text), [
    { name: 'FROM', image: 'base', stage: 'build' },
    { name: 'RUN', text: 'a   && b' },
    { name: 'COPY', from: 'build', paths: ['/x', 'y'] },
    { name: 'CMD', words: ['controller'] },
  ]);
  assert.throws(() => readDockerfile('ADD https://example.com/x .'), /cannot read this line/);
  assert.throws(() => readDockerfile('CMD {"a": 1}'), /exec form/);
});

test('the build sees what the last line that matches a path says', () => {
  const sees = buildContext('*\n!src\n# a comment\n!package.json\n**/*.test.ts\n');
  for (const path of ['src', 'src/main.ts', 'src/a/b.ts', 'package.json'])
    assert.equal(sees(path), true, path);
  for (const path of ['src/a.test.ts', '.git/config', 'other/package.json'])
    assert.equal(sees(path), false, path);
});

test('our image runs as nobody, starts without a shell, and its build sees everything that it copies', () => {
  const instructions = readDockerfile(readFileSync('Dockerfile', 'utf8'));
  const sees = buildContext(readFileSync('.dockerignore', 'utf8'));
  for (const instruction of instructions) {
    if (instruction.name !== 'COPY' || instruction.from !== undefined) continue;
    for (const path of instruction.paths.slice(0, -1)) assert.ok(sees(path), path);
  }
  assert.ok(
    instructions.some(
      ({ name, ...rest }) => name === 'USER' && 'text' in rest && rest.text === '65532:65532',
    ),
  );
  assert.equal(instructions.filter(({ name }) => name === 'ENTRYPOINT').length, 1);
  const system = instructions
    .flatMap(({ name, ...rest }) => (name === 'RUN' && 'text' in rest ? [rest.text] : []))
    .join('\n');
  for (const needed of ['git', 'ca-certificates', 'openssh-client'])
    assert.match(system, new RegExp(`apt-get install .* ${needed} `));
  assert.match(system, /tidemark:x:65532:65532:/, 'ssh runs for nobody who has no entry in /etc/passwd');
  for (const path of ['.git/HEAD', 'node_modules/undici/index.js', '.tidemark/state.db', 'test/golden/x'])
    assert.equal(sees(path), false, path);
});
