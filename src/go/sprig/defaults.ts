import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { isTrue } from '../template/go-type.ts';
import { GoStruct } from '../template/go-value.ts';
import type { GoValue } from '../template/go-value.ts';

/** What counts as set, and what to take instead. */
export const defaults: FunctionTable = {
  default: define(['any', '...any'], 'any', ([fallback, given]) =>
    given === undefined || isEmpty(given) ? fallback : given,
  ),
  empty: define(['any'], 'bool', ([value]) => isEmpty(value)),
  coalesce: define(['...any'], 'any', (values) => values.find((value) => !isEmpty(value)) ?? null),
  all: define(['...any'], 'bool', (values) => values.every((value) => !isEmpty(value))),
  any: define(['...any'], 'bool', (values) => values.some((value) => !isEmpty(value))),
  ternary: define(['any', 'any', 'bool'], 'any', ([yes, no, condition]) => (condition ? yes : no)),
};

/** Zero, false, nil, and everything of length zero. A struct never is. */
export function isEmpty(value: GoValue): boolean {
  return !(value instanceof GoStruct) && !isTrue(value);
}
