/** Who refers to what, both ways, kept up to date as objects change. */
export class Referrers {
  readonly #byTarget = new Map<string, Set<string>>();
  readonly #byReferrer = new Map<string, readonly string[]>();

  /** Replaces the targets of `referrer`; none forgets it. */
  set(referrer: string, targets: readonly string[]): void {
    for (const target of this.#byReferrer.get(referrer) ?? []) this.#drop(target, referrer);
    if (targets.length === 0) {
      this.#byReferrer.delete(referrer);
      return;
    }
    this.#byReferrer.set(referrer, targets);
    for (const target of targets) {
      const known = this.#byTarget.get(target);
      if (known === undefined) this.#byTarget.set(target, new Set([referrer]));
      else known.add(referrer);
    }
  }

  of(target: string): readonly string[] {
    return [...(this.#byTarget.get(target) ?? [])];
  }

  #drop(target: string, referrer: string): void {
    const known = this.#byTarget.get(target);
    known?.delete(referrer);
    if (known?.size === 0) this.#byTarget.delete(target);
  }
}
