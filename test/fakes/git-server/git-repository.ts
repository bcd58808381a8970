import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fakeGitEnvironment } from './git-environment.ts';

/** A file of a commit: its content, or its content and mode (`120000` for a link, `160000` for a submodule's commit), or null to remove it. */
export type FileContent =
  | string
  | Buffer
  | { readonly mode: string; readonly content: string | Buffer }
  | null;

export interface CommitOptions {
  readonly branch?: string;
  readonly message?: string;
  readonly author?: { readonly name: string; readonly email: string };
  /** Seconds since the epoch. */
  readonly time?: number;
  /** Starts a history of its own, and forgets the one that the branch had. */
  readonly orphan?: boolean;
}

export interface LogEntry {
  readonly id: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly email: string;
  /** Byte for byte. */
  readonly message: string;
}

/** A bare repository on the disk, written and read with plain git: what "somebody else" does, and what tests look at. */
export class GitRepository {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Creates a bare repository; with files, also a first commit. */
  static create(
    path: string,
    {
      branch = 'main',
      files,
      format = 'sha1',
    }: {
      readonly branch?: string;
      readonly files?: Readonly<Record<string, FileContent>>;
      readonly format?: 'sha1' | 'sha256';
    } = {},
  ): GitRepository {
    mkdirSync(dirname(path), { recursive: true });
    runGit(
      ['init', '--quiet', '--bare', `--initial-branch=${branch}`, `--object-format=${format}`, path],
      '.',
    );
    const repository = new GitRepository(path);
    if (files !== undefined) repository.commit(files, { branch, message: 'setup\n' });
    return repository;
  }

  /** Commits files to a branch, as somebody else would. Returns the commit. */
  commit(
    files: Readonly<Record<string, FileContent>> | ReadonlyMap<Buffer, FileContent>,
    options: CommitOptions = {},
  ): string {
    const { branch = 'main', message = 'change\n', orphan = false } = options;
    const ref = `refs/heads/${branch}`;
    const exists = this.git('for-each-ref', ref).toString() !== '';
    const who = personOf(options);
    const head = ['feature done', ...(orphan ? [`reset ${ref}`, ''] : []), `commit ${ref}`];
    head.push(`author ${who}`, `committer ${who}`, `data ${Buffer.byteLength(message)}`, message);
    if (exists && !orphan) head.push(`from ${ref}^0`);
    const changes: readonly (readonly [string | Buffer, FileContent])[] = isMap(files)
      ? [...files]
      : Object.entries(files);
    const input = Buffer.concat([
      Buffer.from(`${head.join('\n')}\n`),
      ...changes.map(([path, content]) => change(path, content)),
      Buffer.from('\ndone\n'),
    ]);
    runGit(['fast-import', '--quiet', '--force'], this.path, input);
    return this.head(branch) ?? '';
  }

  /** Where a branch stands. */
  head(branch = 'main'): string | undefined {
    return (
      this.git('for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`).toString().trim() ||
      undefined
    );
  }

  /** The bytes of a file. */
  read(path: string, ref = 'main'): Buffer {
    return this.git('cat-file', 'blob', `${ref}:${path}`);
  }

  /** All files of a ref: path to `<mode> <blob>`. */
  files(ref = 'main'): ReadonlyMap<string, string> {
    const lines = this.git('ls-tree', '-r', '-z', ref).toString('latin1').split('\0').slice(0, -1);
    return new Map(
      lines.map((line) => {
        const [mode, , id] = line.slice(0, line.indexOf('\t')).split(' ');
        return [line.slice(line.indexOf('\t') + 1), `${mode} ${id}`];
      }),
    );
  }

  /** The commits of a ref, newest first. */
  log(ref = 'main'): readonly LogEntry[] {
    const ids = this.git('rev-list', ref, '--').toString().split('\n').filter(Boolean);
    return ids.map((id) => {
      const text = this.git('cat-file', 'commit', id).toString('utf8');
      const end = text.indexOf('\n\n');
      const [, author = '', email = ''] = /^author (.*?) ?<(.*)> \d+ /m.exec(text.slice(0, end)) ?? [];
      const parents = [...text.slice(0, end).matchAll(/^parent (.*)$/gm)].map(([, parent = '']) => parent);
      return { id, parents, author, email, message: text.slice(end + 2) };
    });
  }

  /** Installs a server-side hook. */
  hook(name: string, script: string): void {
    const file = join(this.path, 'hooks', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** Runs git in the repository; throws with what it said when it fails. */
  git(...args: readonly string[]): Buffer {
    return runGit(args, this.path);
  }
}

function isMap(files: object): files is ReadonlyMap<Buffer, FileContent> {
  return files instanceof Map;
}

function personOf({
  author = { name: 'Somebody Else', email: 'else@example.com' },
  time = 1_700_000_000,
}: CommitOptions): string {
  return `${author.name} <${author.email}> ${time} +0000`;
}

function change(path: string | Buffer, content: FileContent): Buffer {
  const name = quotePath(Buffer.from(path as string));
  if (content === null) return Buffer.from(`D ${name}\n`, 'latin1');
  const { mode, content: body } =
    typeof content === 'string' || Buffer.isBuffer(content) ? { mode: '100644', content } : content;
  if (mode === '160000') return Buffer.from(`M ${mode} ${body.toString()} ${name}\n`, 'latin1');
  const bytes = Buffer.from(body as string);
  return Buffer.concat([
    Buffer.from(`M ${mode} inline ${name}\ndata ${bytes.length}\n`, 'latin1'),
    bytes,
    Buffer.from('\n'),
  ]);
}

/** Git's C-style quoting, of every byte: right for any name. */
function quotePath(path: Buffer): string {
  return `"${[...path].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;
}

function runGit(args: readonly string[], directory: string, input?: Buffer): Buffer {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: directory,
    env: fakeGitEnvironment(),
    maxBuffer: 1024 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.toString('utf8').trim()}`);
  return stdout;
}
