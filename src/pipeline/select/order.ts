/** A tag in the running, with the text that it was compared by. */
export interface Candidate {
  readonly tag: string;
  /** The tag itself, or what `filterTags.extract` made of it. */
  readonly value: string;
}

/** A candidate that can tell which of two is better. Only candidates of one order can be compared. */
export interface Contender extends Candidate {
  /** Positive when this one is better, negative when the other is, zero when the policy makes no difference. */
  compareTo(other: Contender): number;
}

/** Where a tag dropped out, in the order in which the stages stand. */
export type Stage = 'excluded' | 'filtered' | 'unparsable' | 'out-of-range';

/** What a policy means by "latest". */
export interface Order {
  /** In a word or two: `numerical asc`, `semver >=1.0.0`. */
  readonly name: string;
  /** The contender that a value makes, or the stage at which it drops out. */
  read(tag: string, value: string): Contender | Stage;
  /** Why `read` refused a value: the end of a sentence about it. */
  whyRefused(value: string): string;
  /** Why a candidate lost to a better one: the end of a sentence about it. */
  whyWorse(value: string, better: string): string;
  /** What the winner is among the candidates, for example `the largest number`. */
  readonly superlative: string;
  /** What Flux says when none of these values can be compared. There is at least one. */
  noneUsable(values: Iterable<string>): string;
}
