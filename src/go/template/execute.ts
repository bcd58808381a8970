import type { TemplateLimits } from './budget.ts';
import type { ByteString } from './byte-string.ts';
import { normalize } from './byte-string.ts';
import { evaluateOperand, evaluatePipeline } from './evaluate.ts';
import { print } from './fmt/print.ts';
import { INT, isNil, isTrue, typeOf } from './go-type.ts';
import { GoInt, GoMap, GoPointer, GoSlice } from './go-value.ts';
import type { GoFunction, GoValue, TemplateSources } from './go-value.ts';
import { sortedEntries } from './map-keys.ts';
import type { BranchNode, Node, RangeNode, TemplateNode } from './node.ts';
import type { Template } from './template.ts';
import { Run } from './run.ts';
import type { Scope } from './run.ts';
import { setVariable } from './variables.ts';
import { quote } from '../quote.ts';

export interface ExecuteOptions {
  readonly functions: ReadonlyMap<string, GoFunction>;
  readonly limits: TemplateLimits;
  readonly sources?: TemplateSources | undefined;
}

/** What the loop around a body does next. */
type Flow = 'next' | 'break' | 'continue';

/**
 * Renders a template over a value.
 *
 * @throws {TemplateError} where it fails, or does more than the limits allow.
 */
export function executeTemplate(template: Template, data: GoValue, options: ExecuteOptions): ByteString {
  const run = new Run(template, options.functions, {
    limits: options.limits,
    sources: options.sources ?? {},
    operand: evaluateOperand,
  });
  const scope: Scope = { run, dot: data, depth: 0, variables: [{ name: '$', value: data }] };
  try {
    walkList(scope, template.templates.get(template.name) ?? []);
  } catch (error) {
    throw run.explain(error);
  }
  return normalize(run.output);
}

function walkList(scope: Scope, nodes: readonly Node[]): Flow {
  for (const node of nodes) {
    const flow = walk(scope, node);
    if (flow !== 'next') return flow;
  }
  return 'next';
}

function walk(scope: Scope, node: Node): Flow {
  const { run } = scope;
  run.at(node);
  switch (node.kind) {
    case 'text':
      run.write(node.text);
      return 'next';
    case 'action': {
      // Variables stay until the block ends, and an action that declares some prints nothing.
      const value = evaluatePipeline(scope, node.pipe);
      if (node.pipe.variables.length === 0) run.write(printable(scope, value));
      return 'next';
    }
    case 'if':
    case 'with':
      return walkBranch(scope, node);
    case 'range':
      return walkRange(scope, node);
    case 'template':
      walkTemplate(scope, node);
      return 'next';
    default:
      return node.kind;
  }
}

function printable(scope: Scope, value: GoValue): ByteString {
  if (value === undefined) return '<no value>';
  const shown = value instanceof GoPointer ? (value.target ?? value) : value;
  return print([shown], scope.run.context.budget);
}

function walkBranch(scope: Scope, node: BranchNode): Flow {
  const mark = scope.variables.length;
  const value = evaluatePipeline(scope, node.pipe);
  let flow: Flow = 'next';
  if (isTrue(value)) flow = walkList(node.kind === 'with' ? { ...scope, dot: value } : scope, node.body);
  else if (node.otherwise !== undefined) flow = walkList(scope, node.otherwise);
  scope.variables.length = mark;
  return flow;
}

function walkRange(scope: Scope, node: RangeNode): Flow {
  const mark = scope.variables.length;
  const value = evaluatePipeline(scope, node.pipe);
  const inner = scope.variables.length;
  let turns = 0;
  for (const [key, element] of elementsOf(scope, node, value)) {
    turns++;
    scope.run.context.budget.spend(1);
    setLoopVariables(scope, node, [key, element]);
    const flow = walkList({ ...scope, dot: element }, node.body);
    scope.variables.length = inner;
    if (flow === 'break') break;
  }
  const flow = turns === 0 && node.otherwise !== undefined ? walkList(scope, node.otherwise) : 'next';
  scope.variables.length = mark;
  // In Go a break in the else part ends this range, though it loops no more; a continue goes to the one around.
  return flow === 'break' ? 'next' : flow;
}

/** The keys and elements to loop over, in order: that of the slice, or sorted by key. */
function* elementsOf(scope: Scope, node: RangeNode, given: GoValue): Iterable<readonly [GoValue, GoValue]> {
  const value = given instanceof GoPointer ? (given.target ?? given) : given;
  if (value instanceof GoSlice) {
    for (const [index, item] of value.items.entries()) yield [new GoInt(INT, BigInt(index)), item];
  } else if (value instanceof GoMap) {
    for (const entry of sortedEntries(value)) yield [entry.key, entry.value];
  } else if (value instanceof GoInt) {
    if (node.pipe.variables.length > 1) {
      scope.run.fail(`can't use ${value.value} to iterate over more than one variable`);
    }
    for (let n = 0n; n < value.value; n++) yield [undefined, new GoInt(value.type, n)];
  } else if (value !== undefined) {
    scope.run.at(node.pipe);
    scope.run.fail(`range can't iterate over ${describe(value)}`);
  }
}

function describe(value: GoValue): string {
  return isNil(value) ? 'nil' : `a value of type ${typeOf(value).name}`;
}

/** With one variable it takes the element, with two the first one takes the key. */
function setLoopVariables(scope: Scope, node: RangeNode, [key, element]: readonly [GoValue, GoValue]): void {
  const names = node.pipe.variables;
  const values = names.length > 1 ? [key, element] : [element];
  for (const [index, name] of names.entries()) {
    if (node.pipe.assigns) setVariable(scope, name, values[index]);
    else {
      const variable = scope.variables[scope.variables.length - names.length + index];
      if (variable !== undefined) variable.value = values[index];
    }
  }
}

function walkTemplate(scope: Scope, node: TemplateNode): void {
  const { run } = scope;
  const nodes = run.template.templates.get(node.name);
  if (nodes === undefined) return run.fail(`template ${quote(node.name)} not defined`);
  run.context.budget.nest(scope.depth + 1);
  const dot = node.pipe === undefined ? undefined : evaluatePipeline(scope, node.pipe);
  walkList({ run, dot, depth: scope.depth + 1, variables: [{ name: '$', value: dot }] }, nodes);
}
