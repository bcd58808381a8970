/** Who refers to what, both ways, kept up to date as objects change. */
export class Referrers {
  /** Most targets have one referrer, which needs no set. */
  readonly #byTarget = new Map<string, string | Set<string>>();
  readonly #byReferrer = new Map<string, readonly string[]>();

  /** Replaces the targets of `referrer`; none forgets it. */
  set(referrer: string, targets: readonly string[]): void {
    const before = this.#byReferrer.get(referrer) ?? [];
    if (before.length === targets.length && before.every((target, at) => target === targets[at])) return;
    for (const target of before) this.#drop(target, referrer);
    if (targets.length === 0) {
      this.#byReferrer.delete(referrer);
      return;
    }
    this.#byReferrer.set(referrer, targets);
    for (const target of targets) this.#add(target, referrer);
  }

  of(target: string): readonly string[] {
    const known = this.#byTarget.get(target) ?? [];
    return typeof known === 'string' ? [known] : [...known];
  }

  #add(target: string, referrer: string): void {
    const known = this.#byTarget.get(target);
    if (known === undefined || known === referrer) this.#byTarget.set(target, referrer);
    else if (typeof known === 'string') this.#byTarget.set(target, new Set([known, referrer]));
    else known.add(referrer);
  }

  #drop(target: string, referrer: string): void {
    const known = this.#byTarget.get(target);
    if (typeof known === 'object') known.delete(referrer);
    const isLast = known === referrer || (typeof known === 'object' && known.size === 0);
    if (isLast) this.#byTarget.delete(target);
  }
}
