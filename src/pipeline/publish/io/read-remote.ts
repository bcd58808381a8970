import { isTidemarkError, TidemarkError } from '../../../model/errors.ts';
import { latestTag, prefixesOf, resolveCheckout, type Checkout } from '../checkout-ref.ts';
import { readError } from '../git-failure.ts';
import { branchRef } from '../ref-name.ts';
import { formatOfRefs, type RemoteRef, type RemoteRefs } from '../remote-refs.ts';
import { fetchCommits, type FetchContext } from './fetch-commits.ts';
import type { Job } from './job.ts';
import { RemoteFailure } from './remote.ts';

/** What the jobs of one batch find at the remote, with every commit that they need in the mirror. */
export interface RemoteState {
  /** Where the push branch stands; undefined when it does not exist yet. */
  readonly head: string | undefined;
  readonly checkouts: ReadonlyMap<Job, Checkout>;
}

const mostRounds = 5;

/**
 * One listing, and one fetch if something is new. Jobs whose ref does not exist fail here; those whose ref has not moved since they
 * last looked are done.
 */
export async function readRemote(
  context: FetchContext,
  {
    jobs,
    branch,
    skipUnchanged,
  }: { readonly jobs: readonly Job[]; readonly branch: string; readonly skipUnchanged: boolean },
  signal: AbortSignal,
): Promise<RemoteState> {
  let refs = await listRefs(
    context,
    [...jobs.flatMap(({ request }) => prefixesOf(request.checkout)), branchRef(branch)],
    signal,
  );
  if (skipUnchanged) for (const job of jobs) settleUnchanged(job, refs, context.url);
  for (let round = 0; round < mostRounds; round++) {
    const checkouts = new Map<Job, Checkout>();
    const head = refs.get(branchRef(branch))?.id;
    const wanted: Pick<Checkout, 'commit' | 'ref'>[] = [];
    for (const job of jobs) {
      const found = await resolveJob(context, job, refs);
      if (found === undefined) continue;
      if ('choices' in found) wanted.push(...found.choices);
      else {
        checkouts.set(job, found);
        wanted.push(...needsOf(found, { branch, head }));
      }
    }
    const missing = wanted.filter(({ commit }) => !context.mirror.has(commit));
    if (missing.length === 0) {
      // Under the name by which it is wanted now: what no ref of the mirror holds is thrown away one day.
      for (const { ref, commit } of wanted) await context.mirror.track(ref ?? commit, commit);
      return { head, checkouts };
    }
    refs = movedTo(refs, await fetchCommits(context, missing, signal));
  }
  throw new TidemarkError(
    'GitPushRaced',
    `the refs of '${context.url}' move faster than they can be fetched`,
  );
}

async function listRefs(
  context: FetchContext,
  prefixes: readonly string[],
  signal: AbortSignal,
): Promise<RemoteRefs> {
  const { remote, mirror, url } = context;
  try {
    const listing = await remote.list([...new Set(prefixes)], signal);
    if (listing.refs.size === 0 && (await remote.list([], signal)).refs.size === 0)
      throw emptyRemote(url, listing);
    await mirror.open(listing.format ?? formatOfRefs(listing.refs) ?? mirror.format);
    return listing.refs;
  } catch (error) {
    throw error instanceof RemoteFailure ? readError(error.failure, url) : error;
  }
}

export function emptyRemote(url: string, { certain }: { readonly certain: boolean }): TidemarkError {
  return certain
    ? new TidemarkError(
        'GitRemoteEmpty',
        `unable to clone '${url}': remote repository is empty: push a first commit to it`,
      )
    : new TidemarkError(
        'GitUnreachable',
        `unable to clone '${url}': the answer names no refs: the repository is empty, or this is not its address`,
      );
}

function settleUnchanged(job: Job, refs: RemoteRefs, url: string): void {
  const { unchangedSince, checkout, push } = job.request;
  if (unchangedSince === undefined) return;
  try {
    const [found, ...ties] = resolveCheckout(checkout, refs, { url, switched: push.switched });
    const { revision } = found;
    if (ties.length === 0 && revision === unchangedSince) job.succeed({ outcome: 'unchanged', revision });
  } catch (error) {
    job.fail(error);
  }
}

/** The commit that a job checks out, the tags to choose from once their times are known, or undefined when the job is settled. */
async function resolveJob(
  { mirror, url }: FetchContext,
  job: Job,
  refs: RemoteRefs,
): Promise<Checkout | { readonly choices: readonly Checkout[] } | undefined> {
  if (job.settled) return undefined;
  try {
    const choices = resolveCheckout(job.request.checkout, refs, { url, switched: job.request.push.switched });
    if (choices.length === 1) return choices[0];
    if (choices.some(({ commit }) => !mirror.has(commit))) return { choices };
    const timed = await Promise.all(
      choices.map(async (choice) => ({
        ...choice,
        ref: choice.ref ?? '',
        ...(await mirror.readCommit(choice.commit)),
      })),
    );
    return latestTag(timed) ?? choices[0];
  } catch (error) {
    if (isTidemarkError(error, 'GitMirrorBroken')) throw error;
    job.fail(error);
    return undefined;
  }
}

/** A push branch that exists is continued: then nothing of the checkout is read, but a bare commit must exist. */
function needsOf(
  checkout: Checkout,
  { branch, head }: { readonly branch: string; readonly head: string | undefined },
): readonly Pick<Checkout, 'commit' | 'ref'>[] {
  if (head === undefined) return [checkout];
  const continued = { ref: branchRef(branch), commit: head };
  return checkout.ref === undefined ? [continued, checkout] : [continued];
}

function movedTo(refs: RemoteRefs, fetched: ReadonlyMap<string, string>): RemoteRefs {
  const moved = new Map<string, RemoteRef>(refs);
  for (const [name, commit] of fetched) if (moved.has(name)) moved.set(name, { id: commit });
  return moved;
}
