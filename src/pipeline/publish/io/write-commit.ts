import { TidemarkError } from '../../../model/errors.ts';
import {
  encodeCommit,
  encodeTree,
  modes,
  objectId,
  signCommit,
  type NewObject,
  type ObjectType,
} from '../git-object.ts';
import type { CommitDraft } from '../ports.ts';
import { shownPath } from '../raw-path.ts';
import type { Mirror } from './mirror.ts';

/** New blobs by the latin1 path that they stand at, as a tree of folders. */
interface Edits {
  readonly blobs: Map<string, string>;
  readonly folders: Map<string, Edits>;
}

/** Writes a draft as a commit on top of `base`. Returns its id, or undefined when no byte of the tree would change. */
export async function writeCommit(
  mirror: Mirror,
  base: string,
  draft: CommitDraft,
): Promise<string | undefined> {
  const objects: NewObject[] = [];
  const add = (type: ObjectType, body: Buffer): string => {
    const id = objectId(mirror.format, type, body);
    objects.push({ id, type, body });
    return id;
  };
  const { tree: oldTree } = await mirror.readCommit(base);
  const tree = await writeTree(mirror, { tree: oldTree, edits: editsOf(draft, add), at: '' }, add);
  if (tree === oldTree) return undefined;
  const { author, time, message, sign } = draft;
  const unsigned = encodeCommit({ tree, parents: [base], author, time, message });
  const commit = add(
    'commit',
    sign === undefined ? unsigned : signCommit(unsigned, await sign(unsigned), mirror.format),
  );
  mirror.write(objects);
  for (const { id, type, body } of objects) if (type === 'blob') mirror.keepBlob(id, body);
  return commit;
}

type Add = (type: ObjectType, body: Buffer) => string;

function editsOf({ files }: CommitDraft, add: Add): Edits {
  const edits: Edits = { blobs: new Map(), folders: new Map() };
  for (const { file, bytes } of files) {
    const path = (file.target ?? file.rawPath).toString('latin1').split('/');
    const folder = path.slice(0, -1).reduce(folderIn, edits);
    const name = path.at(-1) ?? '';
    const blob = add('blob', bytes);
    // A file and a link to it are drafted from the same bytes; if what came out differs, one of them would be lost.
    const other = folder.blobs.get(name);
    if (other !== undefined && other !== blob) throw conflict(file.path);
    folder.blobs.set(name, blob);
  }
  return edits;
}

function folderIn(edits: Edits, name: string): Edits {
  const folder = edits.folders.get(name) ?? { blobs: new Map(), folders: new Map() };
  edits.folders.set(name, folder);
  return folder;
}

async function writeTree(
  mirror: Mirror,
  { tree, edits, at }: { readonly tree: string; readonly edits: Edits; readonly at: string },
  add: Add,
): Promise<string> {
  const old = await mirror.readTree(tree);
  let replaced = 0;
  const entries = await Promise.all(
    old.map(async (entry) => {
      const folder = entry.mode === modes.folder ? edits.folders.get(entry.name) : undefined;
      const blob = entry.mode.startsWith('100') ? edits.blobs.get(entry.name) : undefined;
      if (folder === undefined && blob === undefined) return entry;
      replaced++;
      if (folder === undefined) return { ...entry, id: blob ?? entry.id };
      return {
        ...entry,
        id: await writeTree(mirror, { tree: entry.id, edits: folder, at: `${at}${entry.name}/` }, add),
      };
    }),
  );
  if (replaced < edits.blobs.size + edits.folders.size) {
    throw new TidemarkError(
      'GitFailed',
      `a drafted file below '/${shownPath(at)}' is not in the tree that it was drafted from`,
    );
  }
  return entries.every(({ id }, index) => id === old[index]?.id) ? tree : add('tree', encodeTree(entries));
}

function conflict(path: string): TidemarkError {
  return new TidemarkError('GitFailed', `'${path}' was drafted twice, with different content`);
}
