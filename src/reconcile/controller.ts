import type { KindName, Kinds, ReconciledKind, StatusOf } from '../api/kinds.ts';
import type { Log } from '../model/log.ts';

/** One pass over one object. */
export interface Run<K extends ReconciledKind> {
  readonly object: Kinds[K];
  /** When the run began; every decision of the run uses this time. */
  readonly now: Date;
  /** Somebody asked for this run (`reconcile.fluxcd.io/requestedAt`) and it has not been answered yet. */
  readonly requested: boolean;
  /** The generation has not been through a finished run yet. */
  readonly newGeneration: boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
  /**
   * The status as it will be written, whatever the outcome. Starts as the object's own; steps set fields.
   * Conditions, observedGeneration and lastHandledReconcileAt are the engine's.
   */
  readonly draft: StatusOf<K>;
  /** Wakes everything that refers to `target` once this run is written. */
  wake(target: string): void;
  /** Notes something on the object itself, once the status is written. Nothing is written when it stands there already. */
  annotate(key: string, value: string): void;
  /** The step that failed last time has passed: a Ready=False left behind no longer counts. */
  passed(...reasons: readonly string[]): void;
}

/** A run that came to its end. */
export interface Done {
  /** The message of Ready=True. */
  readonly message: string;
  readonly requeueAfterMs?: number;
  /** Told as an event in any case, in place of one about the Ready message. */
  readonly announcement?: string;
  /** Told when nothing changed and somebody had asked. */
  readonly nothingNew: string;
  /** Told when the object becomes ready, in place of the Ready message; a message that merely changes is then not told. */
  readonly recovery?: string;
}

/** What happens to the objects of one kind. Knows the domain; the engine does not. */
export interface Controller<K extends ReconciledKind> {
  readonly kind: K;
  /** Gather, decide, act. Throws a TidemarkError whose code decides the conditions. */
  run(run: Run<K>): Promise<Done>;
  /** The object is gone, or about to go. */
  forget(object: Kinds[K]): Promise<void>;
  /** What the object depends on: it is woken when one of these targets is. */
  references(object: Kinds[K]): readonly string[];
  /** A suspended object still acknowledges a requested run. */
  readonly acknowledgesWhileSuspended: boolean;
  /** How many objects are worked on at a time, in place of the engine's number, and how many of one group. */
  readonly crowd?: { readonly workers: number; readonly perGroup: number };
  /** Objects that compete for the same thing, such as a server. */
  group?(object: Kinds[K]): string;
  /** Holds a waiting key back while what feeds it is still at work. */
  readonly settlesAfter?: Settling;
}

/**
 * Waits while `kinds` are at work in the same namespace: until nothing new has come from them for `quietMs`,
 * and no longer than `atMostMs` in all.
 */
export interface Settling {
  readonly kinds: readonly KindName[];
  readonly quietMs: number;
  readonly atMostMs: number;
}

/** A kind whose changes wake others. */
export interface Herald<K extends KindName> {
  readonly kind: K;
  /** What others care about, as text: a change of it wakes the referrers of `target`. */
  fingerprint(object: Kinds[K]): string;
  target(object: Kinds[K]): string;
  /** For kinds without a controller: what they in turn depend on. */
  references?(object: Kinds[K]): readonly string[];
}

/** The target that stands for one object. */
export function targetOf(kind: KindName, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

export type AnyController = { readonly [K in ReconciledKind]: Controller<K> }[ReconciledKind];
export type AnyHerald = { readonly [K in KindName]: Herald<K> }[KindName];
