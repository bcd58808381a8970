import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type { Log } from '../../../model/log.ts';
import { baseConfig, configEnvironment } from '../git-config.ts';
import { parseCommit, parseTree, type NewObject, type ObjectFormat, type TreeEntry } from '../git-object.ts';
import type { PublishRequest } from '../ports.ts';
import type { BlobCache } from './blob-cache.ts';
import { Gate } from './gate.ts';
import type { GitProgram } from './git-program.ts';
import { writeObjects } from './write-objects.ts';
import { MarkedFiles } from './marked-files.ts';
import { createMirror, readMirror, removeMirror, trackingRef, writeTracked } from './mirror-folder.ts';
import { ObjectReader, type GitObject } from './object-reader.ts';

export interface MirrorParts {
  readonly directory: string;
  /** Of the remote, without credentials: shown. */
  readonly url: string;
  readonly git: GitProgram;
  readonly environment: Readonly<Record<string, string>>;
  readonly blobs: BlobCache;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * The bare repository that stands for one remote on this disk. A cache: everything in it can be fetched again.
 *
 * Work happens inside `gate.shared`; whatever takes objects away happens in `gate.exclusive`.
 */
export class Mirror {
  readonly gate = new Gate();
  /** Fetches go one after the other: they share git's file of shallow commits. */
  readonly fetching = new Gate();
  readonly #parts: MirrorParts;
  readonly #tracked = new Map<string, string>();
  #complete = new Set<string>();
  #format: ObjectFormat | undefined;
  #generation = 0;
  #reader: ObjectReader | undefined;
  #marked: MarkedFiles | undefined;
  #shallow = true;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
  }

  get directory(): string {
    return this.#parts.directory;
  }

  /** Raised each time the mirror is built anew. */
  get generation(): number {
    return this.#generation;
  }

  get format(): ObjectFormat {
    return this.#format ?? 'sha1';
  }

  /** False once the server has refused shallow fetches. */
  get shallow(): boolean {
    return this.#shallow;
  }

  refuseShallow(): void {
    this.#shallow = false;
  }

  /** Opens the mirror for objects of this format: as it lies there, or new when there is none or a damaged one. */
  async open(format: ObjectFormat): Promise<void> {
    await this.fetching.exclusive(async () => {
      if (this.#format === format && existsSync(join(this.directory, 'HEAD'))) return;
      const known =
        this.#format === undefined ? await readMirror(this.directory, this.#parts.clock.now()) : undefined;
      if (known?.format !== format) await this.#create(format);
      else this.#remember(known.tracked);
      this.#format = format;
    });
  }

  /** Builds the mirror anew, unless that has happened since `generation`. */
  async rebuild(reason: string, generation: number): Promise<void> {
    await this.gate.exclusive(async () => {
      if (generation !== this.#generation) return;
      this.#parts.log.error('the Git mirror is damaged and is built anew', { url: this.#parts.url, reason });
      this.rest();
      await removeMirror(this.directory);
      this.#format = undefined;
      this.#generation++;
    });
  }

  /** True when the commit was fetched or written in full. */
  has(commit: string): boolean {
    return this.#complete.has(commit);
  }

  /** Notes that a ref of the remote stands at a commit that the mirror has in full. */
  async track(ref: string, commit: string): Promise<void> {
    const tracking = trackingRef(ref);
    if (this.#tracked.get(tracking) !== commit) await writeTracked(this.directory, tracking, commit);
    this.#tracked.set(tracking, commit);
    this.#complete.add(commit);
  }

  /** What no ref holds may be gone after maintenance. */
  forgetUntracked(): void {
    this.#complete = new Set(this.#tracked.values());
  }

  /** The object of this name, or undefined when the mirror does not have it. */
  async find(name: string): Promise<GitObject | undefined> {
    if (this.#reader?.alive !== true) this.#reader = this.#startReader();
    return this.#reader.read(name);
  }

  /** An object that must be there: without it the mirror is broken. */
  async read(id: string): Promise<GitObject> {
    const object = await this.find(id);
    if (object === undefined)
      throw new TidemarkError('GitMirrorBroken', `the Git mirror lacks the object ${id}`);
    return object;
  }

  async readTree(id: string): Promise<readonly TreeEntry[]> {
    return parseTree((await this.read(id)).bytes, this.format);
  }

  async readCommit(id: string): Promise<{ readonly tree: string; readonly committed: number }> {
    return parseCommit((await this.read(id)).bytes);
  }

  /** The bytes of a blob, from memory if it was read or written a short while ago. */
  async readBlob(id: string): Promise<{ readonly bytes: Buffer; readonly tooLarge: boolean }> {
    const known = this.#parts.blobs.get(this.#blobKey(id));
    if (known !== undefined) return { bytes: known, tooLarge: false };
    const { bytes, tooLarge } = await this.read(id);
    if (!tooLarge) this.keepBlob(id, bytes);
    return { bytes, tooLarge };
  }

  keepBlob(id: string, bytes: Buffer): void {
    this.#parts.blobs.set(this.#blobKey(id), bytes);
  }

  write(objects: readonly NewObject[]): void {
    writeObjects(this.directory, objects, this.format);
  }

  /** The files that pass these screens, remembered from tree to tree. */
  markedFiles(screen: PublishRequest['screen']): MarkedFiles {
    if (this.#marked?.isFor(screen) !== true) this.#marked = new MarkedFiles(this, screen);
    return this.#marked;
  }

  /** Ends the processes and forgets what is large; all of it comes back when it is needed. */
  rest(): void {
    this.#reader?.close();
    this.#reader = undefined;
    this.#marked?.rest();
  }

  async #create(format: ObjectFormat): Promise<void> {
    this.rest();
    await createMirror(this.directory, { url: this.#parts.url, format });
    this.#marked = undefined;
    this.#remember(new Map());
  }

  #remember(tracked: ReadonlyMap<string, string>): void {
    this.#tracked.clear();
    for (const [ref, commit] of tracked) this.#tracked.set(ref, commit);
    this.#complete = new Set(tracked.values());
  }

  #startReader(): ObjectReader {
    const environment = {
      ...this.#parts.environment,
      GIT_DIR: this.directory,
      ...configEnvironment(baseConfig),
    };
    const args = ['cat-file', '--batch'];
    return new ObjectReader(this.#parts.git.start({ args, environment, directory: this.directory }), {
      format: this.format,
    });
  }

  #blobKey(id: string): string {
    return `${this.directory}/${id}`;
  }
}
