import type { GoValue } from './go-value.ts';
import type { Scope } from './run.ts';

/** Assigns to the innermost variable of a name. */
export function setVariable(scope: Scope, name: string, value: GoValue): void {
  const variable = scope.variables.findLast((candidate) => candidate.name === name);
  if (variable === undefined) scope.run.fail(`undefined variable: ${name}`);
  else variable.value = value;
}
