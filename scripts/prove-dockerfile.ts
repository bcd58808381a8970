/**
 * Does what the Dockerfile says without a container engine: each stage in an empty folder, with only what a build would see, and
 * starts the result as another user who can write nothing in it. Lines that change the system (`apt-get`) are not run, only named.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildContext } from './docker/build-context.ts';
import { readDockerfile, type Instruction } from './docker/read-dockerfile.ts';

const nobody = 65_532;

interface Stage {
  /** The folder that stands for `/` of the stage. */
  readonly root: string;
  workdir: string;
}

/** The folder of the last stage, and the command that its image starts. */
function build(folder: string): { readonly root: string; readonly command: readonly string[] } {
  const instructions = readDockerfile(readFileSync('Dockerfile', 'utf8'));
  const stages = new Map<string, Stage>();
  let stage: Stage = { root: folder, workdir: '/' };
  let command: readonly string[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') {
      stage = { root: join(folder, instruction.stage || 'final'), workdir: '/' };
      stages.set(instruction.stage, stage);
      mkdirSync(stage.root);
    } else if (instruction.name === 'WORKDIR') {
      stage.workdir = resolve(stage.workdir, instruction.text);
      mkdirSync(join(stage.root, stage.workdir), { recursive: true });
    } else if (instruction.name === 'COPY') copy(instruction, stage, stages);
    else if (instruction.name === 'RUN') run(instruction.text, stage);
    else if (instruction.name === 'ENTRYPOINT') command = instruction.words;
  }
  return { root: stage.root, command };
}

function copy(
  { from, paths }: Extract<Instruction, { name: 'COPY' }>,
  stage: Stage,
  stages: ReadonlyMap<string, Stage>,
): void {
  const sees = from === undefined ? buildContext(readFileSync('.dockerignore', 'utf8')) : () => true;
  const source = from === undefined ? process.cwd() : (stages.get(from)?.root ?? '');
  const target = join(stage.root, resolve(stage.workdir, paths.at(-1) ?? ''));
  const intoFolder = paths.length > 2 || paths.at(-1)?.endsWith('/') === true;
  for (const path of paths.slice(0, -1)) {
    const origin = join(source, path);
    const place = intoFolder ? join(target, path.split('/').at(-1) ?? '') : target;
    mkdirSync(dirname(place), { recursive: true });
    const filter = (file: string): boolean =>
      sees(file.slice(source.length + 1)) || statSync(file).isDirectory();
    cpSync(origin, place, { recursive: true, filter, verbatimSymlinks: true });
  }
}

function run(text: string, { root, workdir }: Stage): void {
  if (!text.startsWith('npm ')) {
    console.log(`not run here: ${text}`);
    return;
  }
  console.log(`running: ${text}`);
  execFileSync('sh', ['-c', text], { cwd: join(root, workdir), stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Starts the program as the image does, as nobody when we may, with nothing of our environment. */
function start(
  { root, command }: ReturnType<typeof build>,
  folder: string,
  args: readonly string[],
): { readonly code: number | null; readonly said: string } {
  const [, ...flags] = command;
  const home = join(folder, 'tmp');
  const words = flags.map((word) => (word.startsWith('/app/') ? join(root, word) : word));
  const isRoot = process.getuid?.() === 0;
  const done = spawnSync(process.execPath, [...words, ...args], {
    cwd: join(root, 'app'),
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', HOME: home, TMPDIR: home, NO_COLOR: '1' },
    encoding: 'utf8',
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  return { code: done.status, said: `${done.stdout}${done.stderr}` };
}

function expect(
  what: string,
  { code, said }: ReturnType<typeof start>,
  wanted: { readonly code: number; readonly said: RegExp },
): void {
  const isFine = code === wanted.code && wanted.said.test(said);
  console.log(`${isFine ? '✔' : '✗'} ${what}`);
  if (isFine) return;
  console.error(`exit ${code}, expected ${wanted.code} and ${wanted.said}:\n${said}`);
  process.exitCode = 1;
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-image-'));
  try {
    const image = build(folder);
    execFileSync('chmod', ['-R', 'go+rX,a-w', image.root]);
    execFileSync('chmod', ['go+rx', folder]);
    mkdirSync(join(folder, 'tmp'));
    execFileSync('chmod', ['1777', join(folder, 'tmp')]);
    const tools = globSync(
      'app/{dist/**/*.test.*,node_modules/{typescript,oxlint,oxfmt,fast-check,@tidemark}}',
      {
        cwd: image.root,
      },
    );
    expect('holds no tests and no tools', { code: 0, said: tools.join('\n') }, { code: 0, said: /^$/ });
    const version = /"version": "(.*)"/.exec(readFileSync('package.json', 'utf8'))?.[1] ?? '';
    expect('says its version', start(image, folder, ['version']), {
      code: 0,
      said: new RegExp(version.replaceAll('.', String.raw`\.`)),
    });
    expect('runs the loop', start(image, folder, ['demo']), { code: 0, said: /^\+\s+tag: branch-dev-/m });
    expect('starts as a controller, and says what it lacks', start(image, folder, ['controller']), {
      code: 2,
      said: /there is no cluster to work in/,
    });
    console.log('The image itself was not built: that needs a container engine.');
  } finally {
    execFileSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}
