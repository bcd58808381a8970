import { keyProblem, quote, valueProblem } from './label-syntax.ts';

export type SelectorOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

/** One condition on one label. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** Every problem of a requirement, or undefined when it is fine. */
export function requirementProblem({ key, operator, values }: LabelRequirement): string | undefined {
  const problems = [
    prefixed('key', keyProblem(key)),
    countProblem(operator, values),
    ...(operator === 'gt' || operator === 'lt' ? values.map(integerProblem) : []),
    ...values.map((value, index) => prefixed(`values[${index}][${key}]`, valueProblem(value))),
  ].filter((problem) => problem !== undefined);
  const distinct = [...new Set(problems)];
  return distinct.length > 1 ? `[${distinct.join(', ')}]` : distinct[0];
}

function countProblem(operator: SelectorOperator, values: readonly string[]): string | undefined {
  const say = (text: string): string => `values: Invalid value: ${goJson(values)}: ${text}`;
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length === 0 ? say("for 'in', 'notin' operators, values set can't be empty") : undefined;
    case 'exists':
    case '!':
      return values.length === 0 ? undefined : say('values set must be empty for exists and does not exist');
    case 'gt':
    case 'lt':
      return values.length === 1 ? undefined : say("for 'Gt', 'Lt' operators, exactly one value is required");
    default:
      return values.length === 1 ? undefined : say('exact-match compatibility requires one single value');
  }
}

function integerProblem(value: string, index: number): string | undefined {
  if (toInt64(value) !== undefined) return undefined;
  return `values[${index}]: Invalid value: ${quote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`;
}

function prefixed(field: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${field}: ${problem}`;
}

/** What Go's `json.Marshal` writes for a list of strings; an empty one is nil there. */
function goJson(values: readonly string[]): string {
  if (values.length === 0) return 'null';
  return JSON.stringify(values).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Go's `ParseInt(text, 10, 64)`. */
export function toInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = text.startsWith('+') ? BigInt(text.slice(1)) : BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
