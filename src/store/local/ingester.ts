import { randomUUID } from 'node:crypto';

import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Definition } from './definition.ts';
import type { Entry, ObjectBook } from './object-book.ts';
import { toEntry } from './object-book.ts';
import { noOverlay, rebase } from './overlay.ts';
import type { Sources } from './sources.ts';
import type { StateWriter, Transaction } from './state-writer.ts';
import type { Manifest, StoredKind, StoredObject } from './stored-object.ts';
import { groundOf, hashSpec, storedKinds, timestamp } from './stored-object.ts';

type StoredDefinition = Extract<Definition, { readonly manifest: Manifest }>;

export interface IngesterOptions {
  readonly sources: Sources;
  readonly book: ObjectBook;
  readonly writer: StateWriter;
  readonly log: Log;
  /** Only who holds the lock may conclude that an object is gone. */
  readonly mayDelete: boolean;
}

/** An object counts as deleted when it has been missing for so long: editors and `git checkout` take a file away for a moment. */
export const graceMs = 150;

/** Brings what the files define into the state. */
export class Ingester {
  readonly #options: IngesterOptions;
  /** Objects that are defined nowhere, and since when. */
  #missing: ReadonlyMap<string, number> = new Map();
  #recheck: NodeJS.Timeout | undefined;

  constructor(options: IngesterOptions) {
    this.#options = options;
  }

  /** Takes over every definition that is new or changed, and lets go of what is gone. */
  ingest(): void {
    clearTimeout(this.#recheck);
    const missing = new Map<string, number>();
    this.#options.writer.now('crash', (transaction) => {
      for (const kind of storedKinds) {
        this.#takeOverAll(kind, transaction);
        if (!this.#options.mayDelete) continue;
        for (const entry of this.#undefined(kind)) {
          if (this.#isGone(entry, missing)) letGo(entry, transaction);
        }
      }
    });
    this.#missing = missing;
    if (this.#missing.size > 0) this.#recheck = setTimeout(() => this.#again(), graceMs + 10);
  }

  /** Some object is missing, and it is not certain yet whether it will come back. */
  get waits(): boolean {
    return this.#missing.size > 0;
  }

  close(): void {
    clearTimeout(this.#recheck);
  }

  #again(): void {
    try {
      this.#options.sources.scan();
      this.ingest();
    } catch (error) {
      this.#options.log.error('cannot take over what the files say', { error: messageOf(error) });
    }
  }

  #takeOverAll(kind: StoredKind, transaction: Transaction): void {
    for (const definition of this.#options.sources.all(kind)) {
      if ('manifest' in definition) takeOver(definition, transaction);
    }
  }

  /** Objects that no file defines, and that are not being deleted already. */
  #undefined(kind: StoredKind): readonly Entry[] {
    const { sources, book } = this.#options;
    return [...book.all(kind)].filter(
      ({ stored }) => stored.deleted === undefined && sources.find(kind, stored.key) === undefined,
    );
  }

  #isGone({ stored }: Entry, missing: Map<string, number>): boolean {
    const { sources } = this.#options;
    if (!sources.covers(stored.absolute) || sources.doubts(stored.absolute, stored.kind, stored.key))
      return false;
    const since = this.#missing.get(idOf(stored)) ?? performance.now();
    if (performance.now() - since >= graceMs) return true;
    missing.set(idOf(stored), since);
    return false;
  }
}

function idOf({ kind, key }: StoredObject): string {
  return `${kind} ${key}`;
}

/** Deletes an object: at once, or as soon as its finalizers are gone. */
export function letGo(entry: Entry, transaction: Transaction): void {
  const { stored } = entry;
  if ((stored.overlay.finalizers ?? []).length === 0) transaction.remove(entry);
  else if (stored.deleted === undefined) {
    transaction.put({ ...stored, deleted: transaction.now, generation: stored.generation + 1 });
  }
}

/** The entry with a row: an object that was only defined so far gets one. */
export function adopted(entry: Entry, transaction: Transaction): Entry {
  return entry.stored.uid === '' ? transaction.put({ ...entry.stored, uid: randomUUID() }) : entry;
}

/** An object that stands in no row yet. */
function newObject(definition: StoredDefinition, now: string): StoredObject {
  const { kind, key, manifest, place, absolute } = definition;
  return {
    kind,
    key,
    manifest,
    place,
    absolute,
    manifestHash: definition.hash,
    specHash: hashSpec(manifest, noOverlay),
    uid: '',
    generation: 1,
    revision: 0,
    created: now,
    deleted: undefined,
    overlay: noOverlay,
    status: undefined,
  };
}

/** The entry of an object that is only defined so far, without a row. */
export function provisional(definition: StoredDefinition, now: Date): Entry {
  return toEntry(newObject(definition, timestamp(now)));
}

function takeOver(definition: StoredDefinition, transaction: Transaction): void {
  const { kind, key, manifest, place, absolute, hash } = definition;
  const entry = transaction.find(kind, key) ?? transaction.findHidden(kind, key);
  if (entry === undefined || entry.stored.uid === '') {
    transaction.put({ ...newObject(definition, transaction.now), uid: randomUUID() });
    return;
  }
  const { stored } = entry;
  // What is being deleted goes first; then the definition makes a new object.
  if (stored.deleted !== undefined) return;
  const hidden = transaction.find(kind, key) === undefined;
  if (stored.manifestHash === hash) {
    const moved = stored.absolute !== absolute || stored.place.line !== place.line;
    if (hidden) transaction.put({ ...stored, manifest, place, absolute });
    else if (moved) transaction.relocate({ ...stored, manifest, place, absolute });
    return;
  }
  const overlay = rebase(stored.overlay, groundOf(manifest));
  const specHash = hashSpec(manifest, overlay);
  const generation = stored.generation + (specHash === stored.specHash ? 0 : 1);
  transaction.put({
    ...stored,
    manifest,
    manifestHash: hash,
    place,
    absolute,
    overlay,
    specHash,
    generation,
  });
}
