import type { ImagePolicy } from '../../api/image-policy.ts';
import type { ScanResult } from '../../api/image-repository.ts';
import { isOfScan } from '../../pipeline/scan/is-of-scan.ts';
import type { TagStore } from '../../pipeline/scan/ports.ts';
import type { Rule } from '../../pipeline/select/compile-rule.ts';
import type { Outcome } from '../../pipeline/select/outcome.ts';
import { select } from '../../pipeline/select/select.ts';
import type { SelectionCursor } from '../../pipeline/select/selection-cursor.ts';
import { advanceCursor, startCursor } from '../../pipeline/select/selection-cursor.ts';
import { RuleCache } from './rule-cache.ts';

/** Where a policy's last selection stood. */
interface Reached {
  /** Of the tag set. */
  readonly key: string;
  readonly version: number;
  readonly cursor: SelectionCursor;
}

interface Question {
  /** Names the policy. */
  readonly id: string;
  readonly rule: Rule;
  /** Of the tag set. */
  readonly key: string;
  /** The tag that is selected now. */
  readonly keep: string | undefined;
  /** The last scan as the repository's status tells of it: only its tags count. */
  readonly scan: ScanResult | undefined;
}

/** A smaller set is read again as fast as a cursor over it is found. */
const manyTags = 500;
const mostCursors = 2000;
const mostInstructions = 40_000;

/** Selects among the tags of a scan. Of large sets it remembers the best few tags, so that after a scan that brought one only that one is judged. */
export class TagSelector {
  readonly #tags: TagStore;
  readonly #rules = new RuleCache(mostInstructions);
  readonly #reached = new Map<string, Reached>();

  constructor(tags: TagStore) {
    this.#tags = tags;
  }

  /** Throws `PolicyInvalid` and `FilterInvalid`. */
  compile({ policy, filterTags }: ImagePolicy['spec']): Rule {
    return this.#rules.compile({ policy, filterTags });
  }

  /** The same that `select` finds in all tags; undefined when there are none. */
  select(question: Question): Outcome | undefined {
    const stored = this.#tags.summary(question.key);
    if (stored === undefined || !isOfScan(stored, question.scan)) return undefined;
    return this.#goOn(question) ?? this.#begin(question);
  }

  forget(id: string): void {
    this.#reached.delete(id);
  }

  #goOn({ id, rule, key, keep }: Question): Outcome | undefined {
    const reached = this.#reached.get(id);
    if (reached?.key !== key) return undefined;
    const changes = this.#tags.changesSince(key, reached.version);
    if (changes === undefined) return undefined;
    const cursor = advanceCursor(rule, reached.cursor, { ...changes, keep });
    if (cursor === undefined || cursor.counts.listed === 0) return undefined;
    this.#remember(id, { key, version: changes.version, cursor });
    return cursor;
  }

  #begin({ id, rule, key, keep, scan }: Question): Outcome | undefined {
    this.forget(id);
    const set = this.#tags.read(key);
    if (set === undefined || set.tags.length === 0) return undefined;
    if (!isOfScan({ ...set, count: set.tags.length }, scan)) return undefined;
    if (set.tags.length < manyTags) return select(rule, set.tags, { keep });
    const cursor = startCursor(rule, set.tags, { keep });
    this.#remember(id, { key, version: set.version, cursor });
    return cursor;
  }

  #remember(id: string, reached: Reached): void {
    this.#reached.delete(id);
    this.#reached.set(id, reached);
    const oldest = this.#reached.size > mostCursors ? this.#reached.keys().next().value : undefined;
    if (oldest !== undefined) this.#reached.delete(oldest);
  }
}
