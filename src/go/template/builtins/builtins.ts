import type { FunctionTable } from '../define.ts';
import { accessBuiltins } from './access.ts';
import { compareBuiltins } from './compare.ts';
import { textBuiltins } from './text.ts';

/** The functions that every Go template has, but for `slice`, which sprig replaces. */
export const builtins: FunctionTable = { ...accessBuiltins, ...compareBuiltins, ...textBuiltins };
