import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { DocumentProblem, SkippedDocument } from '../../api/documents.ts';
import type { KindName } from '../../api/kinds.ts';
import { messageOf } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey } from '../../model/object-key.ts';
import type { EventLog, ObjectStore } from '../store.ts';
import { isStoredKind } from './definition.ts';
import { LocalEventLog } from './event-log.ts';
import { ForeignChanges } from './foreign-changes.ts';
import { Ingester, graceMs, provisional } from './ingester.ts';
import type { LocalStore, LocalStoreOptions } from './local-store.ts';
import { ObjectBook } from './object-book.ts';
import { LocalObjectStore } from './object-store.ts';
import { ObjectTable } from './object-table.ts';
import { OwnerDesk } from './owner-desk.ts';
import { ReadOnlyObjects } from './read-only-objects.ts';
import { SecretFolder } from './secret-folder.ts';
import { SecretFollower } from './secret-follower.ts';
import { SourceFollower } from './source-follower.ts';
import { Sources } from './sources.ts';
import { StateDatabase } from './state-database.ts';
import type { StateLock } from './state-lock.ts';
import { isRunnerAlive } from './state-lock.ts';
import { touchWake, watchWake } from './state-wake.ts';
import type { Committed } from './state-writer.ts';
import { StateWriter } from './state-writer.ts';
import type { Place, StoredObject } from './stored-object.ts';
import { storedKinds } from './stored-object.ts';
import { WatchHub } from '../watch-hub.ts';

/** One open store: puts the parts together, and carries news from one to the other. */
export class LocalStoreSession implements LocalStore {
  readonly objects: ObjectStore;
  readonly events: EventLog;
  readonly #options: LocalStoreOptions;
  readonly #lock: StateLock | undefined;
  readonly #database: StateDatabase;
  readonly #sources: Sources;
  readonly #book = new ObjectBook();
  readonly #hub: WatchHub;
  readonly #writer: StateWriter;
  readonly #foreign: ForeignChanges;
  readonly #ingester: Ingester;
  readonly #readOnly: ReadOnlyObjects;
  readonly #events: LocalEventLog;
  readonly #follower: SourceFollower | undefined;
  readonly #secretFollower: SecretFollower | undefined;
  readonly #listeners = new Set<(problems: readonly DocumentProblem[]) => void>();
  #stopWake: () => void = () => undefined;
  /** What the files say has not reached the state yet. */
  #behind = false;
  /** What the files say counts, because we are the runner, or there is none. */
  #leads: boolean;

  constructor(options: LocalStoreOptions, lock: StateLock | undefined) {
    const { paths, stateFolder, secretsFolder, standardInput, clock, log, role } = options;
    const folder = resolve(stateFolder);
    const except = new Set([folder, ...(secretsFolder === undefined ? [] : [resolve(secretsFolder)])]);
    this.#options = options;
    this.#lock = lock;
    this.#leads = role === 'runner' || !isRunnerAlive(folder);
    this.#sources = new Sources({ paths, except, ...(standardInput === undefined ? {} : { standardInput }) });
    const secrets =
      secretsFolder === undefined ? undefined : new SecretFolder(secretsFolder, this.#sources.salt);
    const sources = this.#sources;
    const book = this.#book;
    const look = (): void => this.#look();
    const database = new StateDatabase(folder);
    this.#database = database;
    const table = new ObjectTable(database, sources, folder);
    this.#hub = new WatchHub(randomBytes(4).toString('hex'), options.watchHistory);
    this.#foreign = new ForeignChanges({
      database,
      table,
      book,
      isOurs: (stored) => this.#isOurs(stored),
      publish: (happening) => this.#hub.publish(happening),
    });
    this.#writer = new StateWriter({
      database,
      table,
      book,
      now: () => clock.now(),
      catchUp: () => this.#foreign.absorb(),
      committed: (outcome) => this.#committed(outcome),
    });
    const writer = this.#writer;
    this.#ingester = new Ingester({ sources, book, writer, log, mayDelete: role === 'runner' });
    this.#readOnly = new ReadOnlyObjects({
      sources,
      secrets,
      look,
      usedNamespaces: () => namespacesOf(book),
    });
    const desk = new OwnerDesk({ paths, sources, secrets, book, writer, look });
    this.#events = new LocalEventLog({ database, writer, clock });
    this.events = this.#events;
    this.objects = new LocalObjectStore({
      book,
      writer,
      desk,
      hub: this.#hub,
      readOnly: this.#readOnly,
      takeOver: () => this.#lookAndTakeOver(),
    });
    if (role === 'visitor') return;
    this.#follower = new SourceFollower({ sources, log, changed: () => this.#changed() });
    if (secrets !== undefined)
      this.#secretFollower = new SecretFollower(secrets, () => this.#refreshReadOnly());
  }

  async start(): Promise<void> {
    try {
      this.#sources.scan();
      this.#foreign.look();
      this.#changed();
      while (this.#options.role === 'runner' && this.#ingester.waits) {
        await sleep(graceMs + 10);
        this.#look();
        this.#takeOver();
      }
      this.#follower?.start();
      this.#secretFollower?.start();
      this.#stopWake = watchWake(this.#options.stateFolder, () => this.#awake());
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  problems(): readonly DocumentProblem[] {
    return [...this.#sources.problems(), ...this.#readOnly.problems()];
  }

  onProblems(listener: (problems: readonly DocumentProblem[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  skipped(): readonly SkippedDocument[] {
    return this.#sources.skipped();
  }

  locate(kind: KindName, key: ObjectKey): Place | undefined {
    const name = formatKey(key);
    const definition = this.#sources.find(kind, name);
    return definition?.place ?? (isStoredKind(kind) ? this.#book.find(kind, name)?.stored.place : undefined);
  }

  async close(): Promise<void> {
    this.#stopWake();
    this.#follower?.close();
    this.#secretFollower?.close();
    this.#ingester.close();
    this.#writer.flush();
    this.#database.close();
    this.#lock?.release();
  }

  /** Looks at the files now. */
  #look(): void {
    if (this.#follower !== undefined) this.#follower.look();
    else if (this.#sources.scan()) this.#changed();
  }

  /** The files say something else than before. */
  #changed(): void {
    this.#takeOver();
    this.#refreshReadOnly();
    const problems = this.problems();
    for (const listener of this.#listeners) listener(problems);
  }

  #refreshReadOnly(): void {
    for (const happening of this.#readOnly.refresh()) this.#hub.publish(happening);
  }

  /** A runner decides what the state says. A visitor does so only while there is none. */
  #takeOver(): void {
    this.#behind = true;
    this.#leads = this.#options.role === 'runner' || !isRunnerAlive(this.#options.stateFolder);
    if (this.#leads) this.#ingester.ingest();
    else this.#provide();
    this.#behind = false;
  }

  /** What stood in a file a moment ago may be gone, cut out by another process: to take it over would bring it back to life. */
  #lookAndTakeOver(): void {
    this.#look();
    this.#takeOver();
  }

  /** Shows what the runner has not taken over yet. */
  #provide(): void {
    for (const kind of storedKinds) {
      for (const definition of this.#sources.all(kind)) {
        if (!('manifest' in definition) || this.#book.find(kind, definition.key) !== undefined) continue;
        this.#book.show(provisional(definition, this.#options.clock.now()));
      }
    }
  }

  #isOurs(stored: StoredObject): boolean {
    const { kind, key, absolute, deleted } = stored;
    if (this.#sources.find(kind, key) !== undefined) return true;
    if (!this.#sources.covers(absolute)) return false;
    // Without a runner nobody has noticed yet that it is gone.
    return (
      this.#options.role === 'runner' ||
      deleted !== undefined ||
      this.#sources.doubts(absolute, kind, key) ||
      !this.#leads
    );
  }

  #committed({ changes, relocated, revision }: Committed): void {
    this.#foreign.ownCommit(revision);
    for (const entry of relocated) this.#book.show(entry);
    for (const { kind, key, before, after } of changes) {
      if (after === undefined) this.#book.remove(kind, key);
      else this.#book.show(after);
      this.#hub.publish({ kind, before: before?.object, after: after?.object });
    }
    touchWake(this.#options.stateFolder);
    this.#events.poke();
  }

  /** Somebody has touched the state folder, or it is time to look. */
  #awake(): void {
    try {
      if (this.#foreign.look()) this.#events.poke();
      if (this.#behind) this.#lookAndTakeOver();
    } catch (error) {
      this.#options.log.error('cannot look at the state', { error: messageOf(error) });
    }
  }
}

function namespacesOf(book: ObjectBook): ReadonlySet<string> {
  const names = new Set<string>();
  for (const kind of storedKinds) {
    for (const { object } of book.all(kind)) names.add(object.metadata.namespace);
  }
  return names;
}
