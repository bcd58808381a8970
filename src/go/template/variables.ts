import type { GoValue } from './go-value.ts';
import type { Scope, Variable } from './run.ts';

/** The innermost variable of a name. */
export function findVariable(scope: Scope, name: string): Variable {
  const { variables, run } = scope;
  for (let at = variables.length - 1; at >= 0; at--) {
    const variable = variables[at];
    if (variable?.name !== name) continue;
    run.context.budget.spend(Math.floor((variables.length - at) / VARIABLES_PER_STEP));
    return variable;
  }
  return run.fail(`undefined variable: ${name}`);
}

/** Assigns to the innermost variable of a name. */
export function setVariable(scope: Scope, name: string, value: GoValue): void {
  findVariable(scope, name).value = value;
}

const VARIABLES_PER_STEP = 256;
