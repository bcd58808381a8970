import { hash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';

import type { DocumentProblem, SkippedDocument } from '../../api/documents.ts';
import type { KindName } from '../../api/kinds.ts';
import { readDocuments } from '../../api/read-documents.ts';
import { TidemarkError, messageOf } from '../../model/errors.ts';
import type { Definition } from './definition.ts';
import { mayStillDefine, nameOf, toDefinition } from './definition.ts';
import type { SourceFile, SourceListing } from './source-files.ts';
import { listSources, signatureOf } from './source-files.ts';

export interface SourcesOptions {
  /** Files, folders, or `-`. */
  readonly paths: readonly string[];
  /** What stands in for `-`. */
  readonly standardInput?: Uint8Array;
  /** Folders (absolute) that hold no definitions, wherever they lie. */
  readonly except: ReadonlySet<string>;
}

interface FileState {
  readonly file: SourceFile;
  readonly digest: string;
  readonly definitions: readonly Definition[];
  /** What earlier versions of the file defined, while it is broken and nobody knows. */
  readonly kept: readonly Definition[];
  readonly problems: readonly DocumentProblem[];
  readonly skipped: readonly SkippedDocument[];
}

const nothing: readonly never[] = [];

const stdinFile: SourceFile = { path: '-', absolute: '-', signature: '-', modified: 0 };

/** What the files say: every definition, which of them counts, and everything that is wrong with them. */
export class Sources {
  readonly salt = randomBytes(16);
  readonly #options: SourcesOptions;
  #listing: SourceListing = { files: [], folders: new Map(), unreachable: [] };
  #files = new Map<string, FileState>();
  #index = new Map<KindName, Map<string, Definition>>();
  /** Definitions that do not count, because another came first. */
  duplicates: readonly DocumentProblem[] = [];

  constructor(options: SourcesOptions) {
    this.#options = options;
    const missing = options.paths.find((path) => path !== '-' && !existsSync(path));
    if (missing !== undefined) {
      throw new TidemarkError('UsageError', `${missing}: there is no such file or folder`);
    }
  }

  get folders(): ReadonlyMap<string, string> {
    return this.#listing.folders;
  }

  /** Some path cannot be looked into at the moment. */
  get hasUnreachable(): boolean {
    return this.#listing.unreachable.length > 0;
  }

  /** Looks at everything again, and reads what has changed. Returns whether anything did. `again`: read these files whatever their signature says. */
  scan(again: ReadonlySet<string> = new Set()): boolean {
    const { paths, except, standardInput } = this.#options;
    const listing = listSources(paths, except);
    const files = new Map<string, FileState>();
    const stdin = standardInput === undefined || !paths.includes('-') ? [] : [stdinFile];
    for (const file of [...stdin, ...listing.files]) {
      const known = this.#files.get(file.absolute);
      const same = known?.file.signature === file.signature && !again.has(file.absolute);
      files.set(file.absolute, known !== undefined && same ? known : this.#read(file, known));
    }
    for (const [absolute, state] of this.#files) {
      if (!files.has(absolute) && isBelow(absolute, listing)) files.set(absolute, state);
    }
    const changed =
      files.size !== this.#files.size ||
      listing.unreachable.length !== this.#listing.unreachable.length ||
      [...files].some(([absolute, state]) => this.#files.get(absolute) !== state);
    this.#listing = listing;
    this.#files = files;
    if (changed) this.#rebuild();
    return changed;
  }

  /** Looks only at these files when nothing else can have changed, and at everything otherwise. Returns whether anything did change. */
  rescan(touched: ReadonlySet<string>): boolean {
    const states = [...touched].map((absolute) => this.#files.get(absolute));
    const signatures = [...touched].map((absolute) => signatureOf(absolute));
    if (states.includes(undefined) || signatures.includes(undefined) || this.hasUnreachable)
      return this.scan();
    let changed = false;
    for (const [index, state] of states.entries()) {
      const signature = signatures[index];
      if (state === undefined || signature === undefined || signature === state.file.signature) continue;
      this.#files.set(
        state.file.absolute,
        this.#read({ ...state.file, signature, modified: Date.now() }, state),
      );
      changed = true;
    }
    if (changed) this.#rebuild();
    return changed;
  }

  /** Files that changed so shortly before `now` that another change may carry the same time. */
  young(now: number): ReadonlySet<string> {
    const young = new Set<string>();
    for (const { file } of this.#files.values()) {
      if (Math.abs(now - file.modified) < 60) young.add(file.absolute);
    }
    return young;
  }

  find(kind: KindName, key: string): Definition | undefined {
    return this.#index.get(kind)?.get(key);
  }

  all(kind: KindName): Iterable<Definition> {
    return this.#index.get(kind)?.values() ?? [];
  }

  /** True when the file of a definition has not changed since it was read. */
  isCurrent({ absolute }: Definition): boolean {
    return absolute === '-' || signatureOf(absolute) === this.#files.get(absolute)?.file.signature;
  }

  problems(): readonly DocumentProblem[] {
    const files = [...this.#files.values()].flatMap((state) => state.problems);
    return [...this.#listing.unreachable.map(({ problem }) => problem), ...files, ...this.duplicates];
  }

  skipped(): readonly SkippedDocument[] {
    return [...this.#files.values()].flatMap((state) => state.skipped);
  }

  /** True when `absolute` lies within the paths, so that what it does not define any more is gone. */
  covers(absolute: string): boolean {
    return this.#options.paths.some((path) => {
      if (path === '-') return absolute === '-' && this.#options.standardInput !== undefined;
      const root = resolve(path);
      return absolute === root || absolute.startsWith(root.endsWith(sep) ? root : root + sep);
    });
  }

  /** How a person would name a file. */
  display(absolute: string): string {
    return this.#files.get(absolute)?.file.path ?? absolute;
  }

  /** True when nobody can say whether the file still means to define the object: it is broken, or cannot be reached. */
  doubts(absolute: string, kind: KindName, key: string): boolean {
    if (isBelow(absolute, this.#listing)) return true;
    return mayStillDefine(this.#files.get(absolute)?.problems ?? [], kind, key);
  }

  #read(file: SourceFile, known: FileState | undefined): FileState {
    let bytes: Uint8Array;
    try {
      bytes =
        file.absolute === '-' ? (this.#options.standardInput ?? Buffer.alloc(0)) : readFileSync(file.path);
    } catch (error) {
      const problem = { file: file.path, line: 1, column: 1, message: `cannot be read: ${messageOf(error)}` };
      return { file, digest: '', definitions: [], kept: everything(known), problems: [problem], skipped: [] };
    }
    const digest = hash('sha1', bytes, 'base64url');
    // Only the time has changed.
    if (known?.digest === digest) return { ...known, file };
    const { objects, skipped, problems } = readDocuments(bytes, file.path);
    const definitions = objects.map((found) => toDefinition(found, file.absolute, this.salt));
    const kept = lastGood(everything(known), definitions, problems);
    const kindly = kept.length === 0 ? problems : problems.map((problem) => withHint(problem, kept.length));
    return {
      file,
      digest,
      definitions,
      kept: shared(kept),
      problems: shared(kindly),
      skipped: shared(skipped),
    };
  }

  /** The first definition by the order of the paths wins; the others are reported. What is only kept wins over nothing but absence. */
  #rebuild(): void {
    this.#index = new Map();
    const duplicates: DocumentProblem[] = [];
    const files = [...this.#files.values()];
    for (const definition of files.flatMap((state) => state.definitions)) {
      const first = this.#claim(definition);
      if (first !== definition) duplicates.push(duplicate(definition, first));
    }
    for (const definition of files.flatMap((state) => state.kept)) this.#claim(definition);
    this.duplicates = duplicates;
  }

  /** Returns the definition that counts. */
  #claim(definition: Definition): Definition {
    const ofKind = this.#index.get(definition.kind) ?? new Map<string, Definition>();
    this.#index.set(definition.kind, ofKind);
    const first = ofKind.get(definition.key) ?? definition;
    ofKind.set(definition.key, first);
    return first;
  }
}

/** Thousands of files have nothing to say here: one empty list does for all of them. */
function shared<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? nothing : list;
}

function everything(state: FileState | undefined): readonly Definition[] {
  return state === undefined ? [] : [...state.definitions, ...state.kept];
}

function lastGood(
  before: readonly Definition[],
  after: readonly Definition[],
  problems: readonly DocumentProblem[],
): readonly Definition[] {
  if (problems.length === 0) return [];
  const shown = new Set(after.map(({ kind, key }) => nameOf(kind, key)));
  return before.filter(
    ({ kind, key }) => !shown.has(nameOf(kind, key)) && mayStillDefine(problems, kind, key),
  );
}

function withHint(problem: DocumentProblem, kept: number): DocumentProblem {
  const what =
    kept === 1 ? 'the last good version of the object' : `the last good versions of ${kept} objects`;
  return {
    ...problem,
    message: `${problem.message} (until it is mended, ${what} in this file stays in force)`,
  };
}

function duplicate(second: Definition, first: Definition): DocumentProblem {
  return {
    ...second.place,
    column: 1,
    object: nameOf(second.kind, second.key),
    message: `defined a second time; the definition in ${first.place.file}:${first.place.line} counts, and this one is ignored`,
  };
}

function isBelow(absolute: string, { unreachable }: SourceListing): boolean {
  return unreachable.some((one) => absolute === one.absolute || absolute.startsWith(one.absolute + sep));
}
