import { isObjectId } from './git-object.ts';
import { branchRef } from './ref-name.ts';

/** The refs that stand in Flux's clone when it pushes: the push branch at the new commit, and the checkout branch. */
export interface LocalRefs {
  readonly push: { readonly branch: string; readonly commit: string };
  readonly checkout?: { readonly branch: string; readonly commit: string };
}

/** A user's refspec, ready for `git push`: sources are commit ids, so that the mirror needs no refs of those names. */
export interface Refspec {
  /** Empty when the source names nothing: there is nothing to push. */
  readonly specs: readonly string[];
}

/** Reads `push.refspec` as go-git does. `forced` puts a `+` before all but deletions. Returns the problem when it is malformed. */
export function translateRefspec(
  refspec: string,
  refs: LocalRefs,
  { forced }: { readonly forced: boolean },
): Refspec | { readonly problem: string } {
  const [left = '', destination = '', ...more] = refspec.split(':');
  if (more.length > 0 || destination === '') return { problem: 'malformed refspec, separators are wrong' };
  const source = left.replace(/^\+/, '');
  const stars = starsIn(source);
  if (stars !== starsIn(destination) || stars > 1) {
    return { problem: 'malformed refspec, mismatched number of wildcards' };
  }
  if (left === '') return destinationProblem(destination) ?? { specs: [`:${destination}`] };
  const sign = forced || left.startsWith('+') ? '+' : '';
  const pairs = pairsOf(source, destination, refs);
  const problem = pairs.map(([, to]) => destinationProblem(to)).find((found) => found !== undefined);
  return problem ?? { specs: pairs.map(([commit, to]) => `${sign}${commit}:${to}`) };
}

function pairsOf(
  source: string,
  destination: string,
  refs: LocalRefs,
): readonly (readonly [string, string])[] {
  const local = localRefs(refs);
  if (!source.includes('*')) {
    const commit = local.get(source) ?? (isObjectId(source) ? source : undefined);
    return commit === undefined ? [] : [[commit, destination]];
  }
  const [before = '', after = ''] = source.split('*');
  return [...local].flatMap(([name, commit]) => {
    const matches = name !== 'HEAD' && name.startsWith(before) && name.endsWith(after);
    if (!matches || name.length < before.length + after.length) return [];
    const middle = name.slice(before.length, name.length - after.length);
    return [[commit, destination.replace('*', () => middle)] as const];
  });
}

function localRefs({ push, checkout }: LocalRefs): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  if (checkout !== undefined) refs.set(branchRef(checkout.branch), checkout.commit);
  refs.set(branchRef(push.branch), push.commit);
  // go-git knows HEAD as a symbolic ref and pushes nothing for it; people mean the new commit.
  refs.set('HEAD', push.commit);
  return refs;
}

function destinationProblem(destination: string): { readonly problem: string } | undefined {
  if (destination.startsWith('refs/')) return undefined;
  return { problem: `command error on ${destination}: funny refname` };
}

function starsIn(text: string): number {
  return text.split('*').length - 1;
}
