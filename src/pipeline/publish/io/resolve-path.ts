import { modes, type TreeEntry } from '../git-object.ts';
import type { GitObject } from './object-reader.ts';

/** Where a path of the repository ends, with all links on the way followed. Paths are latin1. */
export type Resolved =
  | { readonly kind: 'folder'; readonly path: readonly string[]; readonly tree: string }
  | { readonly kind: 'file'; readonly path: readonly string[]; readonly mode: string; readonly blob: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'outside' };

export interface PathSource {
  readTree(id: string): Promise<readonly TreeEntry[]>;
  read(id: string): Promise<GitObject>;
}

interface Position {
  readonly path: readonly string[];
  /** The trees from the root down to where we are. */
  readonly trees: readonly string[];
}

const mostLinks = 40;

/** Follows `path`, seen from the folder `from`, the way an operating system would in a work tree of this tree. */
export async function resolvePath(
  source: PathSource,
  root: string,
  { from = [], path }: { readonly from?: readonly string[]; readonly path: readonly string[] },
): Promise<Resolved> {
  const steps = [...from, ...path];
  let at: Position = { path: [], trees: [root] };
  let links = 0;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    if (step === '' || step === '.') continue;
    if (step === '..') {
      if (at.path.length === 0) return { kind: 'outside' };
      at = parentOf(at);
      continue;
    }
    const entry = await entryOf(source, at, step);
    if (entry === undefined || entry.mode === modes.submodule) return { kind: 'missing' };
    if (entry.mode === modes.folder) at = { path: [...at.path, step], trees: [...at.trees, entry.id] };
    else if (entry.mode === modes.link) {
      const target = (await source.read(entry.id)).bytes.toString('latin1');
      if (target.startsWith('/')) return { kind: 'outside' };
      if (++links > mostLinks) return { kind: 'missing' };
      steps.unshift(...target.split('/'));
    } else if (steps.some((rest) => rest !== '' && rest !== '.')) return { kind: 'missing' };
    else return { kind: 'file', path: [...at.path, step], mode: entry.mode, blob: entry.id };
  }
  return { kind: 'folder', path: at.path, tree: at.trees.at(-1) ?? root };
}

function parentOf({ path, trees }: Position): Position {
  return { path: path.slice(0, -1), trees: trees.slice(0, -1) };
}

async function entryOf(source: PathSource, at: Position, name: string): Promise<TreeEntry | undefined> {
  const entries = await source.readTree(at.trees.at(-1) ?? '');
  return entries.find((entry) => entry.name === name);
}
