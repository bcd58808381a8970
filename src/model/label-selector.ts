import { TidemarkError } from './errors.ts';
import type { LabelRequirement, SelectorOperator } from './label-requirement.ts';
import { requirementProblem, toInt64 } from './label-requirement.ts';
import { parseRequirements } from './label-selector-text.ts';
import { quote } from './label-syntax.ts';

/** metav1.LabelSelector, as it stands in specs. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[] | undefined;
      }[]
    | undefined;
}

/** A set of conditions on labels that must all hold. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
}

const operators: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** Reads selector text such as `team=a,env in (dev,qa),!legacy`. Empty text matches everything. The error texts are Kubernetes'. */
export function parseLabelSelector(text: string): LabelSelector {
  const parsed = parseRequirements(text);
  if ('error' in parsed) throw new TidemarkError('UsageError', parsed.error);
  return selectorOf(parsed.requirements);
}

/** The selector that a spec describes: none matches nothing, an empty one everything. The error texts are Kubernetes'. */
export function toLabelSelector(selector: LabelSelectorObject | undefined): LabelSelector {
  if (selector === undefined) return { requirements: [], matches: () => false };
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push(checked({ key, operator: '=', values: [value] }));
  }
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (known === undefined) {
      throw new TidemarkError('ObjectInvalid', `${quote(operator)} is not a valid label selector operator`);
    }
    requirements.push(checked({ key, operator: known, values }));
  }
  return selectorOf(requirements);
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const problem = requirementProblem(requirement);
  if (problem !== undefined) throw new TidemarkError('ObjectInvalid', problem);
  return requirement;
}

function selectorOf(requirements: readonly LabelRequirement[]): LabelSelector {
  return { requirements, matches: (labels = {}) => requirements.every((one) => holds(one, labels)) };
}

function holds(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'gt':
    case 'lt':
      return value !== undefined && compares(operator, value, values[0] ?? '');
    default:
      return value !== undefined && values.includes(value);
  }
}

function compares(operator: 'gt' | 'lt', text: string, bound: string): boolean {
  const left = toInt64(text);
  const right = toInt64(bound);
  if (left === undefined || right === undefined) return false;
  return operator === 'gt' ? left > right : left < right;
}
