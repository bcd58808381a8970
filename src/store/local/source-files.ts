import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { DocumentProblem } from '../../api/documents.ts';
import { messageOf } from '../../model/errors.ts';

/** One file that may define objects. */
export interface SourceFile {
  /** As a person would name it: below the path that was given. */
  readonly path: string;
  /** The same file, from the root of the file system. */
  readonly absolute: string;
  /** Changes whenever the content may have. */
  readonly signature: string;
  /** When the content last changed, in milliseconds. */
  readonly modified: number;
}

export interface SourceListing {
  /** In the order in which definitions win: as the paths were given, then by name. */
  readonly files: readonly SourceFile[];
  /** Where something may change, to be watched; and which folder stands there now. */
  readonly folders: ReadonlyMap<string, string>;
  /** What could not be looked into: nothing is known about what is below. */
  readonly unreachable: readonly { readonly absolute: string; readonly problem: DocumentProblem }[];
}

interface Walk {
  readonly files: SourceFile[];
  readonly folders: Map<string, string>;
  readonly unreachable: { readonly absolute: string; readonly problem: DocumentProblem }[];
  /** Real files and folders that were already met: links may lead to one twice, or in a circle. */
  readonly met: Set<string>;
  readonly except: ReadonlySet<string>;
}

const extension = /\.(ya?ml|json)$/i;

/** True when a change of this name in `folder` may matter. A mounted Secret or ConfigMap changes by its link `..data`. */
export function mayBeSource(folder: string, name: string): boolean {
  if (isHidden(name)) return name.startsWith('..');
  if (extension.test(name)) return true;
  // A folder that came, or the watched folder itself that goes.
  return name === basename(folder) || (statOf(join(folder, name))?.isDirectory() ?? false);
}

/** The signature that a file has now, or undefined when it is not there. */
export function signatureOf(path: string): string | undefined {
  try {
    const stats = statOf(path);
    return stats === undefined ? undefined : describe(stats);
  } catch {
    return undefined;
  }
}

/**
 * Everything below `paths` that may define objects: a file is taken whatever its name, a folder gives its `.yaml`, `.yml` and
 * `.json` files, down to the bottom. Hidden names and `node_modules` are passed over, and so are the folders of `except`.
 */
export function listSources(
  paths: readonly string[],
  except: ReadonlySet<string> = new Set(),
): SourceListing {
  const walk: Walk = { files: [], folders: new Map(), unreachable: [], met: new Set(), except };
  for (const path of paths) {
    if (path !== '-') visit(path, walk, visitRoot);
  }
  return walk;
}

function visit(path: string, walk: Walk, look: (path: string, stats: BigIntStats, walk: Walk) => void): void {
  try {
    const stats = statOf(path);
    if (stats !== undefined) look(path, stats, walk);
    // Below a path that was given, what is not there any more is simply gone.
    else if (look === visitRoot) walk.unreachable.push(unreachable(path, 'there is no such file or folder'));
  } catch (error) {
    walk.unreachable.push(unreachable(path, reasonOf(error)));
  }
}

function visitRoot(path: string, stats: BigIntStats, walk: Walk): void {
  if (stats.isDirectory()) return visitFolder(path, stats, walk);
  watchParent(resolve(path), walk);
  return takeFile(path, stats, walk);
}

function visitFolder(path: string, stats: BigIntStats, walk: Walk): void {
  const absolute = resolve(path);
  if (walk.except.has(absolute) || meet(stats, walk)) return;
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  walk.folders.set(absolute, identityOf(stats));
  for (const entry of entries) {
    if (isHidden(entry.name) || entry.name === 'node_modules') continue;
    const below = join(path, entry.name);
    if (entry.isDirectory()) visit(below, walk, visitFolder);
    else if (entry.isSymbolicLink()) visit(below, walk, visitLink);
    else if (entry.isFile() && extension.test(entry.name)) visit(below, walk, takeFile);
  }
}

/** A link to a folder, or to a file that would be taken. One that leads nowhere is like no file. */
function visitLink(path: string, stats: BigIntStats, walk: Walk): void {
  if (stats.isDirectory()) return visitFolder(path, stats, walk);
  if (!extension.test(path)) return undefined;
  // What it leads to changes elsewhere.
  watchParent(realpathSync(path), walk);
  return takeFile(path, stats, walk);
}

function watchParent(absolute: string, walk: Walk): void {
  const folder = dirname(absolute);
  const stats = statOf(folder);
  if (stats !== undefined) walk.folders.set(folder, identityOf(stats));
}

function takeFile(path: string, stats: BigIntStats, walk: Walk): void {
  if (meet(stats, walk)) return;
  const absolute = resolve(path);
  walk.files.push({
    path: absolute === path ? absolute : path,
    absolute,
    signature: describe(stats),
    modified: Number(stats.mtimeNs / 1_000_000n),
  });
}

function describe({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  // Joined, not concatenated: that makes one compact string, and there is one for each file.
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

function meet(stats: BigIntStats, walk: Walk): boolean {
  const identity = identityOf(stats);
  if (walk.met.has(identity)) return true;
  walk.met.add(identity);
  return false;
}

function identityOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino].join(':');
}

function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}

function unreachable(path: string, reason: string): Walk['unreachable'][number] {
  return {
    absolute: resolve(path),
    problem: { file: path, line: 1, column: 1, message: `cannot be read: ${reason}` },
  };
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EACCES' ? 'permission denied' : messageOf(error);
}
