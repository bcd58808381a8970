import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { typeName } from '../template/fmt/print.ts';
import { kindOf } from '../template/go-type.ts';
import { FunctionError } from '../template/run.ts';
import { deepEqual } from './deep-equal.ts';

/** What a value is. */
export const reflection: FunctionTable = {
  typeOf: define(['any'], 'string', ([value]) => typeName(value)),
  typeIs: define(['string', 'any'], 'bool', ([name, value]) => name === typeName(value)),
  typeIsLike: define(['string', 'any'], 'bool', ([name, value]) => {
    const actual = typeName(value);
    return name === actual || `*${name}` === actual;
  }),
  kindOf: define(['any'], 'string', ([value]) => kindOf(value)),
  kindIs: define(['string', 'any'], 'bool', ([name, value]) => name === kindOf(value)),
  deepEqual: define(['any', 'any'], 'bool', ([left, right], { budget }) => deepEqual(left, right, budget)),
  fail: define(['string'], 'string', ([message]) => {
    throw new FunctionError(message);
  }),
};
