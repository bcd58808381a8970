/** What people get from npm: the package installs into an empty folder and runs there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { after, before, suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tidemarkIn, type Tidemark } from './harness/tidemark.ts';
import { createWorkspace, type Workspace } from './harness/workspace.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
/** The Node that runs this test comes first, as on a machine that has a current one. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };

function npm(folder: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function install(
  t: TestContext,
  tarball: string,
): { readonly workspace: Workspace; readonly tidemark: Tidemark } {
  const workspace = createWorkspace(t);
  workspace.write('package.json', '{"private": true}');
  npm(workspace.root, 'install', '--no-audit', '--no-fund', '--loglevel=error', tarball);
  const tidemark = tidemarkIn(workspace, {
    command: ['npx', '--no-install', 'tidemark'],
    env: { PATH: env.PATH },
  });
  return { workspace, tidemark };
}

suite('the package', () => {
  let tarball = '';
  let contents: readonly string[] = [];
  const endings: (() => unknown)[] = [];

  before(() => {
    const { root, path } = createWorkspace({
      after: (end) => void endings.push(end),
      diagnostic: () => undefined,
    });
    const output = npm(checkout, 'pack', '--json', '--silent', '--pack-destination', root);
    const [packed] = JSON.parse(output) as { filename: string; files: { path: string }[] }[];
    tarball = path(packed?.filename ?? '');
    contents = packed?.files.map((file) => file.path) ?? [];
  });
  after(() => {
    for (const end of endings) end();
  });

  test('it holds the compiled program and the example, and no tests, sources or tools', () => {
    assert.ok(contents.includes('dist/src/main.js'));
    assert.ok(contents.some((path) => path.endsWith('examples/three-environments/objects/dev.yaml')));
    const surplus = contents.filter((path) =>
      /\.test\.|\.ts$|-contract\.|\/testing\/|^(?:tools|scripts|bench)\/|golden/.test(path),
    );
    assert.deepEqual(surplus, []);
  });

  test('installed into an empty folder it runs the demo to its end', async (t) => {
    const { tidemark } = install(t, tarball);
    const help = await tidemark.run('--help');
    assert.equal(help.code, 0, help.stderr);
    const demo = await tidemark.run('demo');
    assert.equal(demo.code, 0, demo.stdout + demo.stderr);
    const said = demo.stdout + demo.stderr;
    assert.match(said, /^-\s+tag: branch-dev-\S+/m);
    assert.match(said, /^\+\s+tag: branch-dev-\S+/m);
  });
});
