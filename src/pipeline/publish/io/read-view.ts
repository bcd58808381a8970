import type { PublishRequest, TreeFile, TreeView } from '../ports.ts';
import { bytesOf, shownPath } from '../raw-path.ts';
import { escapingUpdatePath, foldersOf, missingUpdatePath } from '../update-path.ts';
import type { Marked, MarkedFile, MarkedFiles } from './marked-files.ts';
import type { Mirror } from './mirror.ts';
import { resolvePath } from './resolve-path.ts';

type Unreadable = TreeView['unreadable'][number];

/** A file that passed the screens, and for a link the file that it leads to. */
interface Found extends MarkedFile {
  readonly target?: string;
}

const tooLarge = 'it is larger than 100 MiB';

/** Reads what a request drafts from: the marked files below its path in the tree of `base`. Throws `UpdatePathInvalid`. */
export async function readView(
  mirror: Mirror,
  { path, screen }: Pick<PublishRequest, 'path' | 'screen'>,
  { base, revision }: { readonly base: string; readonly revision: string },
): Promise<TreeView> {
  const { tree } = await mirror.readCommit(base);
  const marked = mirror.markedFiles(screen);
  const { root, found } = await findBelow(mirror, { tree, path, marked, screen });
  const links = await Promise.all(
    found.links.map(async (link) => followLink(mirror, { tree, link, marked })),
  );
  const all = [...found.files, ...links.filter((link) => link !== undefined && 'blob' in link)];
  const files = await Promise.all(all.map(async (file) => readFile(mirror, file)));
  return {
    base,
    revision,
    root: shownPath(root),
    files: files.filter((file) => 'bytes' in file).sort((left, right) => left.rawPath.compare(right.rawPath)),
    unreadable: [...links.filter(isUnreadable), ...files.filter(isUnreadable)],
  };
}

async function findBelow(
  mirror: Mirror,
  {
    tree,
    path,
    marked,
    screen,
  }: {
    readonly tree: string;
    readonly path: string;
    readonly marked: MarkedFiles;
    readonly screen: PublishRequest['screen'];
  },
): Promise<{ readonly root: string; readonly found: Marked }> {
  const place = await resolvePath(mirror, tree, { path: foldersOf(path) });
  if (place.kind === 'outside') throw escapingUpdatePath(path);
  if (place.kind === 'missing') throw missingUpdatePath(path);
  const at = place.path.join('/');
  if (place.kind === 'folder') return { root: at, found: await marked.below(place.tree, at) };
  const passes = screen.path(shownPath(at)) && (await marked.carriesNeedle(place.blob));
  const files = passes ? [{ path: at, mode: place.mode, blob: place.blob }] : [];
  return { root: place.path.slice(0, -1).join('/'), found: { files, links: [] } };
}

/** A link counts as the file that it leads to. One that leads nowhere is passed over; one that leaves the repository is told of. */
async function followLink(
  mirror: Mirror,
  { tree, link, marked }: { readonly tree: string; readonly link: MarkedFile; readonly marked: MarkedFiles },
): Promise<Found | Unreadable | undefined> {
  const folders = link.path.split('/').slice(0, -1);
  const target = (await mirror.read(link.blob)).bytes.toString('latin1');
  const outside = { path: shownPath(link.path), reason: 'it is a symbolic link that leaves the repository' };
  if (target.startsWith('/')) return outside;
  const place = await resolvePath(mirror, tree, { from: folders, path: target.split('/') });
  if (place.kind === 'outside') return outside;
  if (place.kind !== 'file' || !(await marked.carriesNeedle(place.blob))) return undefined;
  return { ...link, blob: place.blob, target: place.path.join('/') };
}

async function readFile(mirror: Mirror, { path, mode, blob, target }: Found): Promise<TreeFile | Unreadable> {
  const content = await mirror.readBlob(blob);
  if (content.tooLarge) return { path: shownPath(path), reason: tooLarge };
  const file = { path: shownPath(path), rawPath: bytesOf(path), mode, blob, bytes: content.bytes };
  return target === undefined ? file : { ...file, target: bytesOf(target) };
}

function isUnreadable(item: object | undefined): item is Unreadable {
  return item !== undefined && 'reason' in item;
}
