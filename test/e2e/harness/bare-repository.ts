import { randomUUID } from 'node:crypto';
import { GitRepository } from '../../fakes/git-server/git-repository.ts';

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
  commit(branch: string, files: Files, by?: Person): string | undefined;
}

const setup: Person = { name: 'Setup', email: 'setup@example.com' };
const somebodyElse: Person = { name: 'Other', email: 'o@example.com' };

/** Makes a bare repository at `path` whose branches all start from one commit that holds `files`. */
export function createBareRepository(
  path: string,
  branches: readonly string[],
  files: Files,
): BareRepository {
  const [first = 'main', ...others] = branches;
  const repository = GitRepository.create(path, { branch: first });
  repository.commit(files, { branch: first, message: 'setup', author: setup });
  for (const branch of others) repository.git('branch', branch, first);
  return viewOf(repository);
}

function viewOf(repository: GitRepository): BareRepository {
  const text = (...args: string[]): string => repository.git(...args).toString('utf8');
  const linesOf = (...args: string[]): string[] =>
    text(...args)
      .split('\n')
      .filter(Boolean);
  return {
    path: repository.path,
    refs: () => linesOf('for-each-ref', '--format=%(refname)'),
    shaOf: (ref) => {
      try {
        return text('rev-parse', '--verify', '--quiet', `${ref}^{commit}`).trim();
      } catch {
        return undefined;
      }
    },
    commits: (ref) =>
      linesOf('rev-list', '--first-parent', '--reverse', ref).map((sha) =>
        viewCommit(sha, text('cat-file', 'commit', sha)),
      ),
    files: (ref) =>
      Object.fromEntries(
        [...repository.files(ref).keys()].map((file) => [file, repository.read(file, ref).toString('utf8')]),
      ),
    bytes: (ref, file) => repository.read(file, ref),
    commit: (branch, files, by = somebodyElse) => commitOrLose(repository, { branch, files, by }),
  };
}

function viewCommit(sha: string, raw: string): CommitView {
  const author = /^author (.*>) /m.exec(raw)?.[1] ?? '';
  return { sha, author, message: raw.slice(raw.indexOf('\n\n') + 2) };
}

interface NewCommit {
  readonly branch: string;
  readonly files: Files;
  readonly by: Person;
}

/** Builds the commit on a branch of its own, and moves the real one if it is still where it was. */
function commitOrLose(repository: GitRepository, { branch, files, by }: NewCommit): string | undefined {
  const scratch = `scratch-${randomUUID()}`;
  const parent = repository.head(branch) ?? '';
  repository.git('update-ref', `refs/heads/${scratch}`, parent);
  const commit = repository.commit(files, { branch: scratch, message: 'other', author: by });
  try {
    repository.git('update-ref', `refs/heads/${branch}`, commit, parent);
    return commit;
  } catch {
    return undefined;
  } finally {
    repository.git('update-ref', '-d', `refs/heads/${scratch}`);
  }
}
