import type { Clock } from '../../../model/clock.ts';
import { isTidemarkError, messageOf, TidemarkError } from '../../../model/errors.ts';
import type { PushTarget } from '../ports.ts';
import { withDeadline } from './deadline.ts';
import { namedDiskError } from './disk-error.ts';
import { draftChain, type Chain } from './draft-chain.ts';
import { RemoteMoved, type FetchContext } from './fetch-commits.ts';
import { nobodyWaits, type Job } from './job.ts';
import { pushBranch, pushRefspec, type ChainPush } from './push-chain.ts';
import { readRemote, type RemoteState } from './read-remote.ts';

export interface BatchContext extends FetchContext {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How often to draft and push before a branch that others keep moving is given up. */
  readonly mostTries: number;
}

/** What the jobs of a batch have in common. */
export interface Batch {
  readonly jobs: readonly Job[];
  readonly push: PushTarget;
}

const triesAtOnce = 4;

/**
 * Takes a batch of jobs for one branch to the remote: one fetch, one commit for each, one push. Settles every job, and never throws.
 *
 * When somebody else was faster, everything is drafted again on what they pushed. A mirror that turns out broken is built anew, once.
 */
export async function publishBatch(context: BatchContext, { jobs, push }: Batch): Promise<void> {
  const signal = nobodyWaits(jobs);
  let rebuilt = false;
  for (let tries = 1; jobs.some(({ settled }) => !settled); tries++) {
    const { generation } = context.mirror;
    try {
      await context.mirror.gate.shared(async () =>
        tryOnce(context, { jobs, push, firstTry: tries === 1 }, signal),
      );
      return;
    } catch (error) {
      const broken: boolean = isTidemarkError(error, 'GitMirrorBroken') && !rebuilt;
      if (broken) await context.mirror.rebuild(messageOf(error), generation);
      else if (!(error instanceof RemoteMoved)) return giveUp(context, { jobs, push, error });
      rebuilt ||= broken;
    }
    if (tries >= context.mostTries)
      return giveUp(context, { jobs, push, error: raced(context, push, tries) });
    await pauseBefore(tries + 1, { context, signal });
  }
}

async function tryOnce(
  context: BatchContext,
  { jobs, push, firstTry }: Batch & { readonly firstTry: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { timeoutMs, url } = context;
  const doing = `unable to clone '${url}'`;
  const state = await withDeadline({ signal, timeoutMs, doing }, async (limited) =>
    readRemote(context, { jobs, branch: push.branch, skipUnchanged: firstTry }, limited),
  );
  const chain = await draftChain(context.mirror, jobs, state);
  await withDeadline({ signal, timeoutMs, doing: `unable to push to '${url}'` }, async (limited) =>
    pushChain(context, { push, chain, state }, limited),
  );
}

async function pushChain(
  context: BatchContext,
  { push, chain, state }: { readonly push: PushTarget; readonly chain: Chain; readonly state: RemoteState },
  signal: AbortSignal,
): Promise<void> {
  const { tip, drafted } = chain;
  if (tip === undefined) return;
  const request: ChainPush = { push, head: state.head, tip, ...checkoutOf(drafted, state) };
  await pushBranch(context, request, signal);
  const problem = await pushRefspec(context, request, signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  for (const { job, result } of drafted) {
    if (problem === undefined || result.outcome === 'nothing') job.succeed(result);
    else job.fail(problem);
  }
}

function checkoutOf(drafted: Chain['drafted'], { checkouts }: RemoteState): Pick<ChainPush, 'checkout'> {
  for (const { job } of drafted) {
    const checkout = checkouts.get(job);
    if (checkout?.ref?.startsWith('refs/heads/') === true) {
      return { checkout: { branch: checkout.ref.slice('refs/heads/'.length), commit: checkout.commit } };
    }
  }
  return {};
}

/** A refusal may be meant for one of several commits: then each is tried by itself. */
async function giveUp(
  context: BatchContext,
  { jobs, push, error }: Batch & { readonly error: unknown },
): Promise<void> {
  const waiting = jobs.filter(({ settled }) => !settled);
  if (isTidemarkError(error, 'GitPushRejected') && waiting.length > 1) {
    for (const job of waiting) await publishBatch(context, { jobs: [job], push });
    return;
  }
  for (const job of waiting) job.fail(namedDiskError(error));
}

function raced({ url }: BatchContext, { branch }: PushTarget, tries: number): TidemarkError {
  const text = `the branch '${branch}' of '${url}' was moved by others ${tries} times in a row before our commit arrived`;
  return new TidemarkError('GitPushRaced', text);
}

/** The first tries follow at once, later ones leave the others time to finish. */
async function pauseBefore(
  tries: number,
  { context, signal }: { readonly context: BatchContext; readonly signal: AbortSignal },
): Promise<void> {
  if (tries <= triesAtOnce) return;
  await context.clock.sleep(Math.min(10 * 2 ** (tries - triesAtOnce), 250), signal).catch(() => undefined);
}
