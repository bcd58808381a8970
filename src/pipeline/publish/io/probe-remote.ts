import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../../../model/errors.ts';
import { resolveCheckout } from '../checkout-ref.ts';
import { pushError, readError } from '../git-failure.ts';
import type { ObjectFormat } from '../git-object.ts';
import type { RemoteListing } from '../ports.ts';
import { formatOfRefs } from '../remote-refs.ts';
import { withDeadline } from './deadline.ts';
import type { GitProgram } from './git-program.ts';
import { emptyRemote } from './read-remote.ts';
import type { Listing } from './remote-helper.ts';
import { type Remote, RemoteFailure } from './remote.ts';

export interface ProbeParts {
  readonly git: GitProgram;
  /** Of every git process. */
  readonly environment: Readonly<Record<string, string>>;
  /** A private folder: what is laid there is removed. */
  readonly home: string;
  readonly timeoutMs: number;
  readonly remote: Remote;
  readonly url: string;
}

/** Lists all refs of a remote. */
export async function listRemote(parts: ProbeParts, signal: AbortSignal): Promise<RemoteListing> {
  const { url } = parts;
  const listing = await list(parts, signal);
  if (listing.refs.size === 0) throw emptyRemote(url, listing);
  return {
    names: [...listing.refs.keys()].filter((name) => name !== 'HEAD'),
    resolve: (checkout) => resolveCheckout(checkout, listing.refs, { url, switched: false })[0],
  };
}

/** Rehearses the push of a commit that belongs to nothing, to a branch that nobody has. */
export async function rehearsePush(parts: ProbeParts, signal: AbortSignal): Promise<void> {
  const { remote, url, home, timeoutMs } = parts;
  const { refs, format } = await list(parts, signal);
  const mirror = join(home, `rehearsal-${randomUUID()}`);
  try {
    const commit = await looseCommit(
      parts,
      { mirror, format: format ?? formatOfRefs(refs) ?? 'sha1' },
      signal,
    );
    const specs = [`${commit}:refs/heads/tidemark-check-${randomUUID()}`];
    const doing = `failed to push to remote: git repository: '${url}'`;
    const outcome = await withDeadline({ signal, timeoutMs, doing }, (limited) =>
      remote.push({ mirror, specs, options: {}, rehearsal: true }, limited),
    );
    if (outcome.kind === 'failed') throw pushError(outcome.failure, url);
    if (outcome.kind === 'refused') {
      const [reason = 'the server gave no reason'] = [
        outcome.words,
        ...outcome.refs.map((ref) => ref.reason),
      ].filter((words) => words !== '');
      throw new TidemarkError(
        'GitPushRejected',
        `failed to push to remote: ${reason}: git repository: '${url}'`,
      );
    }
  } finally {
    await rm(mirror, { recursive: true, force: true });
  }
}

async function list({ remote, url, timeoutMs }: ProbeParts, signal: AbortSignal): Promise<Listing> {
  try {
    return await withDeadline({ signal, timeoutMs, doing: `unable to clone '${url}'` }, (limited) =>
      remote.list([], limited),
    );
  } catch (error) {
    throw error instanceof RemoteFailure ? readError(error.failure, url) : error;
  }
}

/** Whose name stands in a commit that nobody ever sees. */
const nobody = {
  GIT_AUTHOR_NAME: 'tidemark',
  GIT_AUTHOR_EMAIL: 'check@localhost',
  GIT_COMMITTER_NAME: 'tidemark',
  GIT_COMMITTER_EMAIL: 'check@localhost',
};

/** A repository with one commit, of nothing. */
async function looseCommit(
  { git, environment, home }: ProbeParts,
  { mirror, format }: { readonly mirror: string; readonly format: ObjectFormat },
  signal: AbortSignal,
): Promise<string> {
  const run = async (args: readonly string[], directory: string): Promise<string> => {
    const call = { args, directory, environment: { ...environment, ...nobody } };
    const { code, stdout, stderr } = await git.run(call, signal);
    if (code === 0) return stdout.trim();
    throw new TidemarkError('GitFailed', `a push cannot be rehearsed: ${stderr.trim()}`);
  };
  await run(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, mirror], home);
  const tree = await run([`--git-dir=${mirror}`, 'mktree'], home);
  return run([`--git-dir=${mirror}`, 'commit-tree', '-m', 'check', tree], home);
}
