import { TidemarkError } from '../../../model/errors.ts';
import type { Log } from '../../../model/log.ts';
import type { GitFailure } from '../git-failure.ts';
import { readError } from '../git-failure.ts';
import { commitNotFound, type Checkout } from '../checkout-ref.ts';
import { readTracked, trackingRef } from './mirror-folder.ts';
import type { Mirror } from './mirror.ts';
import { RemoteFailure, type Remote } from './remote.ts';

/** The remote moved while we were looking: look again. */
export class RemoteMoved extends Error {
  constructor() {
    super('the remote moved');
    this.name = 'RemoteMoved';
  }
}

export interface FetchContext {
  readonly mirror: Mirror;
  readonly remote: Remote;
  /** Without credentials. */
  readonly url: string;
  readonly log: Log;
}

type Wanted = Pick<Checkout, 'commit' | 'ref'>;

const ALL_BRANCHES = '+refs/heads/*:refs/tidemark-heads/*';

/**
 * Fetches the commits that the mirror does not have in full: refs all in one go, the newest commit of each only.
 *
 * Returns where the fetched refs stand now, which may be later than where they were listed.
 * Throws `RemoteMoved`, `GitMirrorBroken`, or what the remote said.
 */
export async function fetchCommits(
  context: FetchContext,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  return context.mirror.fetching.exclusive(async () => {
    const missing = wanted.filter(({ commit }) => !context.mirror.has(commit));
    const refs = new Set(missing.flatMap(({ ref }) => ref ?? []));
    const commits = new Set(missing.flatMap(({ ref, commit }) => (ref === undefined ? [commit] : [])));
    if (refs.size > 0) await fetchShallow(context, [...refs], signal);
    for (const commit of commits) await fetchCommit(context, commit, signal);
    const found = new Map<string, string>();
    for (const name of [...refs, ...commits]) found.set(name, await settle(context, name));
    context.log.debug('fetched', { url: context.url, refs: Object.fromEntries(found) });
    return found;
  });
}

/** Fetches the whole history of refs, for the comparison that a push without force needs. */
export async function fetchHistory(
  context: FetchContext,
  refs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await context.mirror.fetching.exclusive(async () =>
    run(context, { names: refs, depth: wholeHistory }, signal),
  );
}

/** What git takes for "all of it" when a shallow repository is deepened. */
const wholeHistory = 2_147_483_647;

async function fetchShallow(
  context: FetchContext,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { mirror } = context;
  try {
    await run(context, mirror.shallow ? { names, depth: 1 } : { names }, signal);
  } catch (error) {
    if (!mirror.shallow || !(error instanceof RemoteFailure) || error.failure.kind !== 'shallow-refused')
      throw error;
    mirror.refuseShallow();
    await run(context, { names }, signal);
  }
}

/** Fetches one commit by its id, or every branch where the server hands out only what it advertises. */
async function fetchCommit(context: FetchContext, commit: string, signal: AbortSignal): Promise<void> {
  try {
    await fetchShallow(context, [commit], signal);
    return;
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
    if (error.failure.kind === 'commit-missing') throw commitNotFound(commit);
    if (error.failure.kind !== 'commit-refused') throw error;
  }
  await context.remote.fetch({ mirror: context.mirror.directory, refspecs: [ALL_BRANCHES] }, signal);
  if ((await context.mirror.find(commit)) === undefined) throw commitNotFound(commit);
  await context.mirror.track(commit, commit);
}

async function run(
  { mirror, remote, url }: FetchContext,
  { names, depth }: { readonly names: readonly string[]; readonly depth?: number },
  signal: AbortSignal,
): Promise<void> {
  const refspecs = names.map((name) => `+${name}:${trackingRef(name)}`);
  try {
    await remote.fetch(
      { mirror: mirror.directory, refspecs, ...(depth === undefined ? {} : { depth }) },
      signal,
    );
  } catch (error) {
    throw error instanceof RemoteFailure ? fetchError(error, url) : error;
  }
}

/** Some failures tell the caller what to do next; the rest is for people. */
function fetchError(error: RemoteFailure, url: string): Error {
  const { failure } = error;
  if (failure.kind === 'ref-vanished') return new RemoteMoved();
  if (handled.has(failure.kind)) return error;
  if (failure.kind === 'unknown')
    return new TidemarkError('GitMirrorBroken', `unable to clone '${url}': ${failure.reason}`);
  return readError(failure, url);
}

const handled: ReadonlySet<GitFailure['kind']> = new Set([
  'shallow-refused',
  'commit-missing',
  'commit-refused',
]);

/** Tags are peeled, so that every ref of the mirror stands at a commit. */
async function settle({ mirror, url }: FetchContext, name: string): Promise<string> {
  const id = await readTracked(mirror.directory, trackingRef(name));
  if (id === undefined)
    throw new TidemarkError('GitMirrorBroken', `the Git mirror has no ref for '${name}' after a fetch`);
  const object = await mirror.find(`${id}^{commit}`);
  if (object === undefined) {
    await mirror.read(id);
    throw new TidemarkError(
      'GitRefNotFound',
      `unable to clone '${url}': '${name}' does not point at a commit`,
    );
  }
  await mirror.track(name, object.id);
  return object.id;
}
