import type { DocumentProblem, SkippedDocument } from '../../api/documents.ts';
import type { KindName } from '../../api/kinds.ts';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../../model/log.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { EventLog, ObjectStore } from '../store.ts';
import { acquireStateLock } from './state-lock.ts';
import { prepareStateFolder } from './state-folder.ts';
import type { Place } from './stored-object.ts';
import { LocalStoreSession } from './local-store-session.ts';

export interface LocalStoreOptions {
  /** Files, folders, or `-`: where objects are defined. */
  readonly paths: readonly string[];
  /** What stands in for `-`. */
  readonly standardInput?: Uint8Array;
  readonly stateFolder: string;
  /** Secrets as files, `<namespace>/<name>/<key>`. */
  readonly secretsFolder?: string;
  /**
   * `runner` holds the lock of the state folder, follows the files while it is open, and decides what is deleted; there is one at a time.
   * A `visitor` looks, and writes what a person asks for; a runner hears of that at once.
   */
  readonly role: 'runner' | 'visitor';
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** How many changes can be caught up with by a watch that resumes. */
  readonly watchHistory?: number;
}

/** Objects from YAML files, with everything else about them in the state folder. */
export interface LocalStore {
  readonly objects: ObjectStore;
  readonly events: EventLog;
  /** Everything that is wrong with the files now. */
  problems(): readonly DocumentProblem[];
  /** Calls `listener` whenever the problems may have changed. Returns how to stop. */
  onProblems(listener: (problems: readonly DocumentProblem[]) => void): () => void;
  /** Documents that are not ours. */
  skipped(): readonly SkippedDocument[];
  /** Where an object is defined. */
  locate(kind: KindName, key: ObjectKey): Place | undefined;
  close(): Promise<void>;
}

/** Opens the store. Throws `StateLocked`, `StateTooNew`, `StateUnwritable`, or `UsageError` for a path that is not there. */
export async function openLocalStore(options: LocalStoreOptions): Promise<LocalStore> {
  prepareStateFolder(options.stateFolder);
  const lock = options.role === 'runner' ? acquireStateLock(options.stateFolder) : undefined;
  try {
    const session = new LocalStoreSession(options, lock);
    await session.start();
    return session;
  } catch (error) {
    lock?.release();
    throw error;
  }
}
