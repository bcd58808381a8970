import { modes, type TreeEntry } from '../git-object.ts';
import type { PublishRequest } from '../ports.ts';
import { shownPath } from '../raw-path.ts';
import type { GitObject } from './object-reader.ts';
import { NeedleIndex } from './needle-index.ts';

/** A file or link whose name passed the screen. Paths are latin1. */
export interface MarkedFile {
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
}

export interface Marked {
  /** Their content passed the screen too. */
  readonly files: readonly MarkedFile[];
  /** Their content is where they lead. */
  readonly links: readonly MarkedFile[];
}

/** Where the objects come from: the mirror. */
export interface ObjectSource {
  readonly directory: string;
  readTree(id: string): Promise<readonly TreeEntry[]>;
  read(id: string): Promise<GitObject>;
  keepBlob(id: string, bytes: Buffer): void;
}

interface Folder extends Marked {
  readonly folders: readonly Folder[];
}

/** Trees of the past stay until there are this many; then all are forgotten, and looked at once more. */
const mostFolders = 50_000;
const nothing: Folder = { files: [], links: [], folders: [] };

/**
 * Finds the files that pass the screens. The answer for each tree object is remembered, so of ten thousand files with one changed
 * only the folders above that one are looked at again.
 */
export class MarkedFiles {
  readonly #mirror: ObjectSource;
  readonly #screen: PublishRequest['screen'];
  readonly #folders = new Map<string, Folder>();
  #index: NeedleIndex | undefined;

  constructor(mirror: ObjectSource, screen: PublishRequest['screen']) {
    this.#mirror = mirror;
    this.#screen = screen;
  }

  isFor({ path, needle }: PublishRequest['screen']): boolean {
    return path === this.#screen.path && needle.equals(this.#screen.needle);
  }

  /** What lies below a tree that stands at `path` (latin1, empty for the root). */
  async below(tree: string, path: string): Promise<Marked> {
    const index = await this.#openIndex();
    if (this.#folders.size > mostFolders) this.#folders.clear();
    const folder = await this.#folder(tree, path, index);
    await index.save();
    return flatten(folder);
  }

  /** Whether a blob carries the needle. */
  async carriesNeedle(blob: string): Promise<boolean> {
    const index = await this.#openIndex();
    const carries = await this.#test(blob, index);
    await index.save();
    return carries;
  }

  /** Tells the index of a blob that has just been written. */
  async note(blob: string, bytes: Buffer): Promise<void> {
    (await this.#openIndex()).set(blob, bytes.includes(this.#screen.needle));
  }

  rest(): void {
    this.#index = undefined;
  }

  async #folder(tree: string, path: string, index: NeedleIndex): Promise<Folder> {
    const key = `${tree} ${path}`;
    const folder = this.#folders.get(key) ?? (await this.#readFolder(tree, path, index));
    this.#folders.set(key, folder);
    return folder;
  }

  async #readFolder(tree: string, path: string, index: NeedleIndex): Promise<Folder> {
    const below = path === '' ? '' : `${path}/`;
    const files: MarkedFile[] = [];
    const links: MarkedFile[] = [];
    const folders: Promise<Folder>[] = [];
    for (const { mode, name, id } of await this.#mirror.readTree(tree)) {
      const at = below + name;
      if (mode === modes.folder) folders.push(this.#folder(id, at, index));
      else if (mode === modes.submodule || !this.#screen.path(shownPath(at))) continue;
      else (mode === modes.link ? links : files).push({ path: at, mode, blob: id });
    }
    const [marked, inside] = await Promise.all([this.#screenContent(files, index), Promise.all(folders)]);
    const full = inside.filter((folder) => folder !== nothing);
    return marked.length + links.length + full.length === 0
      ? nothing
      : { files: marked, links, folders: full };
  }

  async #screenContent(files: readonly MarkedFile[], index: NeedleIndex): Promise<readonly MarkedFile[]> {
    const carries = await Promise.all(files.map(async ({ blob }) => this.#test(blob, index)));
    return files.filter((_, at) => carries[at] === true);
  }

  async #test(blob: string, index: NeedleIndex): Promise<boolean> {
    const known = index.get(blob);
    if (known !== undefined) return known;
    const { bytes, tooLarge } = await this.#mirror.read(blob);
    const carries = tooLarge || bytes.includes(this.#screen.needle);
    index.set(blob, carries);
    if (carries && !tooLarge) this.#mirror.keepBlob(blob, bytes);
    return carries;
  }

  async #openIndex(): Promise<NeedleIndex> {
    this.#index ??= await NeedleIndex.open(this.#mirror.directory, this.#screen.needle);
    return this.#index;
  }
}

function flatten(folder: Folder): Marked {
  const files: MarkedFile[] = [];
  const links: MarkedFile[] = [];
  const collect = (next: Folder): void => {
    files.push(...next.files);
    links.push(...next.links);
    for (const inside of next.folders) collect(inside);
  };
  collect(folder);
  return { files, links };
}
