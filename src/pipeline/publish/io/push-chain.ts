import { TidemarkError } from '../../../model/errors.ts';
import { pushError, type GitFailure } from '../git-failure.ts';
import type { PushedRef } from '../push-report.ts';
import type { PushTarget } from '../ports.ts';
import { branchRef, isRefName } from '../ref-name.ts';
import { translateRefspec } from '../refspec.ts';
import { fetchHistory, RemoteMoved, type FetchContext } from './fetch-commits.ts';
import type { PushOutcome } from './remote.ts';

export interface ChainPush {
  readonly push: PushTarget;
  /** Where the push branch stood; undefined when it did not exist. */
  readonly head: string | undefined;
  readonly tip: string;
  /** The checkout branch as it was read, which a refspec may name. */
  readonly checkout?: { readonly branch: string; readonly commit: string };
}

/**
 * Pushes a chain of commits to its branch, and only if that still stands where the chain begins.
 *
 * Throws `RemoteMoved` when it does not, `GitPushRejected` in the server's words, or what else went wrong. A push whose answer was
 * lost is looked up: what has arrived counts as pushed.
 */
export async function pushBranch(
  context: FetchContext,
  { push, head, tip }: ChainPush,
  signal: AbortSignal,
): Promise<void> {
  const ref = branchRef(push.branch);
  if (!isRefName(ref)) throw rejected(`command error on ${ref}: funny refname`);
  const { remote, mirror, url } = context;
  const options = optionsOf(push);
  const outcome = await remote.push(
    { mirror: mirror.directory, specs: [`${tip}:${ref}`], lease: { ref, expected: head ?? '' }, options },
    signal,
  );
  if (outcome.kind === 'refused' || outcome.kind === 'failed')
    await lookAgain(context, { ref, head, tip, outcome }, signal);
  await mirror.track(ref, tip);
  context.log.debug('pushed', { url, ref, commit: tip });
}

/** Pushes the user's refspec, after the branch. */
export async function pushRefspec(
  context: FetchContext,
  chain: ChainPush,
  signal: AbortSignal,
): Promise<void> {
  const { push, tip, checkout } = chain;
  if (push.refspec === undefined) return;
  const refs = {
    push: { branch: push.branch, commit: tip },
    ...(checkout === undefined ? {} : { checkout }),
  };
  const translated = translateRefspec(push.refspec, refs, { forced: push.switched });
  if ('problem' in translated) throw rejected(translated.problem);
  if (translated.specs.length === 0) throw alreadyUpToDate();
  const { remote, mirror, url } = context;
  const request = { mirror: mirror.directory, specs: translated.specs, options: optionsOf(push) };
  let outcome = await remote.push(request, signal);
  if (refusedByUs(outcome).length > 0 && mirror.shallow) {
    // In a shallow mirror git cannot see that one commit follows from another.
    await fetchHistory(context, [branchRef(push.branch), ...refusedByUs(outcome)], signal).catch(
      () => undefined,
    );
    outcome = await remote.push(request, signal);
  }
  if (outcome.kind === 'up-to-date') throw alreadyUpToDate();
  if (outcome.kind === 'refused') throw refusal(outcome);
  if (outcome.kind === 'failed') throw failureOf(outcome.failure, url);
}

/** Tells a lost race from a refusal by where the branch stands now, not by anybody's words. Returns when our commit is there after all. */
async function lookAgain(
  { remote, url }: FetchContext,
  {
    ref,
    head,
    tip,
    outcome,
  }: {
    readonly ref: string;
    readonly head: string | undefined;
    readonly tip: string;
    readonly outcome: Exclude<PushOutcome, { kind: 'pushed' | 'up-to-date' }>;
  },
  signal: AbortSignal,
): Promise<void> {
  if (outcome.kind === 'refused' && outcome.refs.every(({ refusedBy }) => refusedBy === 'client')) {
    throw new RemoteMoved(); // Our own git has compared before it sent anything.
  }
  const listing = await remote.list([ref], signal).catch(() => undefined);
  const now = listing?.refs.get(ref)?.id;
  if (now === tip) return;
  if (listing !== undefined && now !== head) throw new RemoteMoved();
  throw outcome.kind === 'refused' ? refusal(outcome) : failureOf(outcome.failure, url);
}

function failureOf(failure: GitFailure, url: string): TidemarkError {
  return failure.kind === 'unknown'
    ? new TidemarkError('GitMirrorBroken', failure.reason)
    : pushError(failure, url);
}

function refusedByUs(outcome: PushOutcome): readonly string[] {
  if (outcome.kind !== 'refused') return [];
  return outcome.refs.flatMap(({ ref, refusedBy }) => (refusedBy === 'client' ? [ref] : []));
}

function refusal({ refs, words }: Extract<PushOutcome, { kind: 'refused' }>): TidemarkError {
  return rejected(`${refs.map(sayRefused).join('; ')}${words === '' ? '' : ` (remote: ${words})`}`);
}

function sayRefused({ ref, reason, refusedBy }: PushedRef): string {
  return refusedBy === 'server' ? `command error on ${ref}: ${reason}` : `non-fast-forward update: ${ref}`;
}

function optionsOf({ options = {} }: PushTarget): Readonly<Record<string, string>> {
  for (const [key, value] of Object.entries(options)) {
    if (/[\n\0]/.test(key + value))
      throw rejected(`the push option ${JSON.stringify(key)} has a line break in it`);
  }
  return options;
}

function alreadyUpToDate(): TidemarkError {
  return rejected('already up-to-date');
}

function rejected(message: string): TidemarkError {
  return new TidemarkError('GitPushRejected', message);
}
