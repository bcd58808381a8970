import { isTidemarkError } from '../../../model/errors.ts';
import type { Checkout } from '../checkout-ref.ts';
import type { CommitDraft, PublishResult, TreeView } from '../ports.ts';
import { isDiskError } from './disk-error.ts';
import type { Job } from './job.ts';
import type { Mirror } from './mirror.ts';
import { readView } from './read-view.ts';
import type { RemoteState } from './read-remote.ts';
import { verifyCommit } from './signing/verify-commit.ts';
import { writeCommit } from './write-commit.ts';

/** A job that has been drafted, and what it is told once the chain that it stands on has reached the remote. */
export interface Drafted {
  readonly job: Job;
  readonly result: PublishResult;
}

export interface Chain {
  readonly drafted: readonly Drafted[];
  /** The last commit; undefined when there is nothing to push. */
  readonly tip: string | undefined;
}

/**
 * Drafts one commit for each job, each on top of the one before.
 *
 * A job whose draft fails does not stop the others. One with nothing to change waits for the push too if it stands on a commit of
 * another: were that refused, there might be something to change after all.
 */
export async function draftChain(mirror: Mirror, jobs: readonly Job[], state: RemoteState): Promise<Chain> {
  const drafted: Drafted[] = [];
  let tip: string | undefined;
  for (const job of jobs) {
    const checkout = state.checkouts.get(job);
    if (job.settled || checkout === undefined) continue;
    try {
      const { head } = state;
      const base = tip ?? head ?? checkout.commit;
      await verifyCheckout(mirror, job, { checkout, head });
      const result = await draftOne(mirror, job, { checkout, base });
      if (result.outcome === 'would-push' || (result.outcome === 'nothing' && tip === undefined))
        job.succeed(result);
      else drafted.push({ job, result });
      if (result.outcome === 'pushed') tip = result.commit;
    } catch (error) {
      if (isTidemarkError(error, 'GitMirrorBroken') || isDiskError(error)) throw error;
      job.fail(error);
    }
  }
  return { drafted, tip };
}

/** Looks who signed what is built upon: the head of the push branch, unless it is a branch of our own that is continued. */
async function verifyCheckout(
  mirror: Mirror,
  { request }: Job,
  { checkout, head = checkout.commit }: { readonly checkout: Checkout; readonly head: string | undefined },
): Promise<void> {
  const { trusted, push } = request;
  if (trusted === undefined || (push.switched && head !== checkout.commit)) return;
  await verifyCommit(await mirror.read(head), trusted);
}

async function draftOne(
  mirror: Mirror,
  { request }: Job,
  { checkout, base }: { readonly checkout: Checkout; readonly base: string },
): Promise<PublishResult> {
  const { revision } = checkout;
  const view = await readView(mirror, request, { base, revision });
  const draft = await request.draft(view);
  const commit = draft === undefined ? undefined : await writeDraft(mirror, view, draft);
  if (draft === undefined || commit === undefined)
    return { outcome: 'nothing', revision, unreadable: view.unreadable };
  const outcome = request.dryRun === true ? 'would-push' : 'pushed';
  return { outcome, revision, base, commit, branch: request.push.branch, draft, unreadable: view.unreadable };
}

async function writeDraft(mirror: Mirror, view: TreeView, draft: CommitDraft): Promise<string | undefined> {
  return draft.files.length === 0 ? undefined : writeCommit(mirror, view.base, draft);
}
