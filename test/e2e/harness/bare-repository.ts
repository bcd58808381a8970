import { mkdirSync } from 'node:fs';
import { git, gitText } from './git.ts';

export type Files = Readonly<Record<string, string>>;

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** A commit as a reader sees it. */
export interface CommitView {
  readonly sha: string;
  readonly author: string;
  /** The whole message, byte for byte. */
  readonly message: string;
}

/** The repository on the server's disk: what stands in it, and what other people do to it. */
export interface BareRepository {
  readonly path: string;
  /** Full names of all refs. */
  refs(): readonly string[];
  shaOf(ref: string): string | undefined;
  /** Oldest first, along first parents. */
  commits(ref: string): readonly CommitView[];
  /** Every file of the tree, as text. */
  files(ref: string): Files;
  /** One file, as bytes. */
  bytes(ref: string, file: string): Buffer;
  /** Somebody else commits to `branch` with a compare-and-swap, as a push does. Returns the new commit, or undefined when the branch moved meanwhile. */
  commit(
    branch: string,
    files: Files,
    options?: { readonly by?: Person; readonly message?: string },
  ): string | undefined;
}

export const setupPerson: Person = { name: 'Setup', email: 'setup@example.com' };
const somebodyElse: Person = { name: 'Other', email: 'o@example.com' };

/** Makes a bare repository at `path` whose branches all start from one commit that holds `files`. */
export function createBareRepository(
  path: string,
  branches: readonly string[],
  files: Files,
): BareRepository {
  mkdirSync(path, { recursive: true });
  git(path, ['init', '--quiet', '--bare', `--initial-branch=${branches[0] ?? 'main'}`, '.']);
  git(path, ['config', 'http.receivepack', 'true']);
  git(path, ['config', 'receive.advertisePushOptions', 'true']);
  const repository = openBareRepository(path);
  const [first = 'main', ...others] = branches;
  repository.commit(first, files, { by: setupPerson, message: 'setup' });
  for (const branch of others) git(path, ['branch', '--quiet', branch, first]);
  return repository;
}

export function openBareRepository(path: string): BareRepository {
  const shaOf = (ref: string): string | undefined => {
    try {
      return gitText(path, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    } catch {
      return undefined;
    }
  };
  return {
    path,
    shaOf,
    refs: () => gitText(path, 'for-each-ref', '--format=%(refname)').split('\n').filter(Boolean),
    commits: (ref) => commitsOf(path, ref),
    files: (ref) =>
      Object.fromEntries(
        gitText(path, 'ls-tree', '-r', '-z', '--name-only', ref)
          .split('\0')
          .filter(Boolean)
          .map((file) => [file, git(path, ['cat-file', 'blob', `${ref}:${file}`]).toString('utf8')]),
      ),
    bytes: (ref, file) => git(path, ['cat-file', 'blob', `${ref}:${file}`]),
    commit: (branch, files, { by = somebodyElse, message = 'other' } = {}) => {
      const ref = `refs/heads/${branch}`;
      const parent = shaOf(ref);
      const commit = writeCommit(path, { parent, files, by, message });
      try {
        git(path, ['update-ref', ref, commit, parent ?? '0'.repeat(40)]);
        return commit;
      } catch {
        return undefined;
      }
    },
  };
}

function commitsOf(path: string, ref: string): readonly CommitView[] {
  const shas = gitText(path, 'rev-list', '--first-parent', '--reverse', ref).split('\n').filter(Boolean);
  return shas.map((sha) => {
    const raw = git(path, ['cat-file', 'commit', sha]).toString('utf8');
    const author = /^author (.*>) /m.exec(raw)?.[1] ?? '';
    return { sha, author, message: raw.slice(raw.indexOf('\n\n') + 2) };
  });
}

interface NewCommit {
  readonly parent: string | undefined;
  readonly files: Files;
  readonly by: Person;
  readonly message: string;
}

/** Writes blobs, tree and commit with fast-import into a ref of its own, which is removed again. */
function writeCommit(path: string, { parent, files, by, message }: NewCommit): string {
  const scratch = `refs/scratch/${process.hrtime.bigint()}`;
  const person = `${by.name} <${by.email}> ${Math.floor(Date.now() / 1000)} +0000`;
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const stream = [
    `commit ${scratch}\nauthor ${person}\ncommitter ${person}\n${data(message)}`,
    parent === undefined ? '' : `from ${parent}\n`,
    ...Object.entries(files).map(([file, text]) => `M 100644 inline ${JSON.stringify(file)}\n${data(text)}`),
  ].join('');
  git(path, ['fast-import', '--quiet', '--done'], `${stream}\ndone\n`);
  const commit = gitText(path, 'rev-parse', scratch);
  git(path, ['update-ref', '-d', scratch]);
  return commit;
}
