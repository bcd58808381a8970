import type { DocumentProblem, SkippedDocument } from '../api/documents.ts';
import type { ImagePolicy } from '../api/image-policy.ts';
import type { ImageUpdateAutomation } from '../api/image-update-automation.ts';
import type { KindName, Kinds, ReconciledKind } from '../api/kinds.ts';
import type { Preview } from '../controllers/image-update-automation/preview-automation.ts';
import type { ObjectKey } from '../model/object-key.ts';
import type { Selection } from '../pipeline/select/select.ts';
import type { EventLog, ObjectStore } from '../store/store.ts';
import type { Probe } from './probe/open-probe.ts';

/** One object that a person has named. */
export interface Target extends ObjectKey {
  readonly kind: ReconciledKind;
}

/** What is asked about a selection. */
export interface Question {
  /** A tag that an exclusion may have kept out: judged as if it had been listed. */
  readonly tag: string | undefined;
  readonly signal: AbortSignal;
}

/** What became of an object that was applied. */
export type Applied = 'created' | 'updated';

/** Where commands find objects, and what can be done with them there. */
export interface Home {
  readonly objects: ObjectStore;
  readonly events: EventLog;
  /** What is wrong with the files that define objects. */
  problems(): readonly DocumentProblem[];
  /** Documents of other kinds. */
  skipped(): readonly SkippedDocument[];
  /** Where an object is defined, for homes in which files define objects. */
  locate(kind: KindName, key: ObjectKey): { readonly file: string; readonly line: number } | undefined;
  /** What works on the objects at this moment, in words; undefined when nothing does. */
  worker(): string | undefined;
  /** Why nobody may be working on the objects although somebody should, in words; undefined when nothing speaks for that. */
  whyIdle(signal: AbortSignal): Promise<string | undefined>;
  /** Creates an object. Where nobody else owns the spec, one that is there already gets the spec of this one; else it is `AlreadyExists`. */
  apply<K extends KindName>(object: Kinds[K]): Promise<Applied>;
  /** Works on these objects in this process, until nothing is left to do for them. For homes in which nothing else does. */
  work(targets: readonly Target[], signal: AbortSignal): Promise<void>;
  /** Scans and selects in this process, and pushes nothing. For homes in which nothing works on the objects. */
  rehearse(signal: AbortSignal): Promise<void>;
  /** The selection of a policy over the tags of the last scan, or of one made for this, with its explanation. */
  inspect(policy: ImagePolicy, question: Question): Promise<Selection>;
  /** The commit that an automation would make now, and where markers stand. Pushes nothing. Throws what a run would. */
  preview(automation: ImageUpdateAutomation, signal: AbortSignal): Promise<Preview>;
  /** What reaches registries and Git hosts for these objects, to be tried step by step. Whoever opens it closes it. */
  openProbe(): Promise<Probe>;
  close(): Promise<void>;
}
