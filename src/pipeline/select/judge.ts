import { fillTemplate } from '../../go/expand.ts';
import type { Contender, Stage } from './order.ts';
import type { Rule } from './compile-rule.ts';

/** What a rule says about one tag, whatever other tags there are: a contender, or where it drops out. */
export function judge(rule: Rule, tag: string): Contender | Stage {
  for (const pattern of rule.exclude) if (pattern.test(tag)) return 'excluded';
  const value = valueOf(rule, tag);
  return value === undefined ? 'filtered' : rule.order.read(tag, value);
}

/** The text that a tag is compared by; undefined when the filter does not let it pass. */
export function valueOf({ filter }: Rule, tag: string): string | undefined {
  if (filter === undefined) return tag;
  if (filter.extract === undefined) return filter.pattern.test(tag) ? tag : undefined;
  const match = filter.pattern.find(tag);
  return match === undefined ? undefined : fillTemplate(filter.extract, match);
}

/** Why a tag dropped out at a stage: the end of a sentence about it. */
export function whyDropped(rule: Rule, tag: string, stage: Stage): string {
  switch (stage) {
    case 'excluded': {
      const pattern = rule.exclude.find((candidate) => candidate.test(tag));
      return `matches the exclusion pattern ${pattern?.source ?? ''}`;
    }
    case 'filtered':
      return `does not match the pattern ${rule.filter?.pattern.source ?? ''}`;
    case 'unparsable':
    case 'out-of-range':
      return rule.order.whyRefused(valueOf(rule, tag) ?? tag);
  }
}
