import type { Rule, RuleSpec } from '../../pipeline/select/compile-rule.ts';
import { compileRule } from '../../pipeline/select/compile-rule.ts';

/** What a rule without patterns counts, in the instructions of compiled patterns. */
const leastSize = 10;

/** Compiled rules, those used last, up to a size: compiling a pattern costs as much as judging hundreds of tags by it. */
export class RuleCache {
  readonly #most: number;
  readonly #rules = new Map<string, Rule>();
  #size = 0;

  /** `most` is a number of instructions, each about a quarter of a kilobyte. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Throws what `compileRule` does. */
  compile({ policy, filterTags }: Pick<RuleSpec, 'policy' | 'filterTags'>): Rule {
    const key = JSON.stringify([policy, filterTags]);
    const known = this.#rules.get(key);
    const rule = known ?? compileRule({ policy, filterTags });
    if (known === undefined) this.#size += sizeOf(rule);
    this.#rules.delete(key);
    this.#rules.set(key, rule);
    for (const [oldest, old] of this.#rules) {
      if (this.#size <= this.#most) break;
      this.#rules.delete(oldest);
      this.#size -= sizeOf(old);
    }
    return rule;
  }
}

function sizeOf({ filter }: Rule): number {
  return leastSize + (filter?.pattern.programSize ?? 0);
}
