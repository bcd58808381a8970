import { parseConstraint, SemverError, compareVersions, tryParseTagVersion } from '../../go/semver.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatOfId, isObjectId } from './git-object.ts';
import type { CheckoutRef } from './ports.ts';
import { branchRef, isRefName, shortRef, tagRef } from './ref-name.ts';
import type { RemoteRef, RemoteRefs } from './remote-refs.ts';

/** The commit that a checkout ref names now. */
export interface Checkout {
  readonly commit: string;
  /** The ref to fetch it by; without one it is fetched by its id. */
  readonly ref?: string;
  /** `<branch-or-tag>@sha1:<hash>`; of a bare commit `sha1:<hash>`. */
  readonly revision: string;
}

/** What is said when a ref does not exist. */
export interface CheckoutContext {
  readonly url: string;
  /** Flux fetches all branches then, and says less when one is missing. */
  readonly switched: boolean;
}

const DEFAULT_BRANCH = 'master';
const PEELED = '^{}';

/** The refs that must be listed to resolve a checkout. */
export function prefixesOf(checkout: CheckoutRef): readonly string[] {
  if (isSet(checkout.commit)) return isSet(checkout.branch) ? [branchRef(checkout.branch)] : [];
  if (isSet(checkout.name)) return [withoutPeel(checkout.name)];
  if (isSet(checkout.tag)) return [tagRef(checkout.tag)];
  return [isSet(checkout.semver) ? 'refs/tags/' : branchRef(checkout.branch || DEFAULT_BRANCH)];
}

/**
 * Resolves a checkout against the refs of the remote, by Flux's precedence: commit, name, tag, semver, branch.
 *
 * Several answers are tags of the same version: the one committed last counts (`latestTag`).
 */
export function resolveCheckout(
  checkout: CheckoutRef,
  refs: RemoteRefs,
  context: CheckoutContext,
): readonly [Checkout, ...Checkout[]] {
  if (isSet(checkout.commit)) return [commitCheckout(checkout.commit, checkout.branch)];
  if (isSet(checkout.name)) return [namedCheckout(checkout.name, refs)];
  if (isSet(checkout.tag)) return [refCheckout(tagRef(checkout.tag), refs, context)];
  if (isSet(checkout.semver)) return semverCheckouts(checkout.semver, refs);
  return [refCheckout(branchRef(checkout.branch || DEFAULT_BRANCH), refs, context)];
}

/** Of tags with the same version the one committed last, and of those the last by name. */
export function latestTag<T extends { readonly ref: string; readonly committed: number }>(
  tags: readonly T[],
): T | undefined {
  const byTime = (left: T, right: T): number =>
    left.committed - right.committed || compareText(left.ref, right.ref);
  return [...tags].sort(byTime).at(-1);
}

/** The error for a commit that the remote does not have. */
export function commitNotFound(commit: string): TidemarkError {
  return notFound(`unable to resolve commit object for '${commit}': object not found`);
}

function commitCheckout(commit: string, branch: string | undefined): Checkout {
  if (!isObjectId(commit)) throw commitNotFound(commit);
  return { commit, revision: revisionOf(isSet(branch) ? branchRef(branch) : '', commit) };
}

function namedCheckout(name: string, refs: RemoteRefs): Checkout {
  if (name.startsWith('/') || name.endsWith('/')) {
    throw notFound(`ref ${name} is invalid; Git refs cannot begin or end with a slash '/'`);
  }
  const ref = withoutPeel(name);
  const found = refs.get(ref);
  const commit = name === ref ? commitOf(found) : found?.peeled;
  if (commit === undefined) throw notFound(`unable to resolve ref '${name}' to a specific commit`);
  return { commit, ref, revision: revisionOf(name, commit) };
}

function refCheckout(ref: string, refs: RemoteRefs, { url, switched }: CheckoutContext): Checkout {
  const commit = isRefName(ref) ? commitOf(refs.get(ref)) : undefined;
  if (commit === undefined) {
    const missing = switched ? 'reference not found' : `couldn't find remote ref ${JSON.stringify(ref)}`;
    throw notFound(`unable to clone '${url}': ${missing}`);
  }
  return { commit, ref, revision: revisionOf(ref, commit) };
}

function semverCheckouts(range: string, refs: RemoteRefs): readonly [Checkout, ...Checkout[]] {
  const constraint = readRange(range);
  const tags = [...refs].flatMap(([ref, found]) => {
    const version = ref.startsWith('refs/tags/')
      ? tryParseTagVersion(ref.slice('refs/tags/'.length))
      : undefined;
    return version !== undefined && constraint.check(version) ? [{ ref, found, version }] : [];
  });
  tags.sort((left, right) => compareVersions(right.version, left.version));
  const [best, ...others] = tags;
  if (best === undefined) throw notFound(`no match found for semver: ${range}`);
  const equal = others.filter(({ version }) => compareVersions(version, best.version) === 0);
  const [first, ...rest] = [best, ...equal].map(({ ref, found }) => {
    const commit = found.peeled ?? found.id;
    return { commit, ref, revision: revisionOf(ref, commit) };
  });
  if (first === undefined) throw notFound(`no match found for semver: ${range}`);
  return [first, ...rest];
}

function readRange(range: string): ReturnType<typeof parseConstraint> {
  try {
    return parseConstraint(range);
  } catch (error) {
    if (!(error instanceof SemverError)) throw error;
    throw new TidemarkError('GitRefNotFound', `semver parse error: ${error.message}`, { cause: error });
  }
}

function commitOf(ref: RemoteRef | undefined): string | undefined {
  return ref?.peeled ?? ref?.id;
}

function revisionOf(ref: string, commit: string): string {
  const short = shortRef(ref);
  const digest = `${formatOfId(commit)}:${commit}`;
  return short === undefined ? digest : `${short}@${digest}`;
}

function withoutPeel(name: string): string {
  return name.endsWith(PEELED) ? name.slice(0, -PEELED.length) : name;
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function notFound(message: string): TidemarkError {
  return new TidemarkError('GitRefNotFound', message);
}
