import { quote } from '../quote.ts';
import { callFunction, NO_ARGUMENTS, NO_FINAL } from './call.ts';
import type { Arguments, Final } from './call.ts';
import { evaluateField } from './field.ts';
import { FLOAT64, INT } from './go-type.ts';
import { GoFloat, GoInt } from './go-value.ts';
import type { GoValue } from './go-value.ts';
import { nodeText } from './node.ts';
import type {
  ChainNode,
  CommandNode,
  Expression,
  IdentifierNode,
  NumberNode,
  PipeNode,
  VariableNode,
} from './node.ts';
import { findVariable, setVariable } from './variables.ts';
import type { Scope } from './run.ts';

/** The value of a pipeline. The variables that it declares stay in the scope; the caller takes them away again. */
export function evaluatePipeline(scope: Scope, pipe: PipeNode): GoValue {
  scope.run.at(pipe);
  let value: Final = NO_FINAL;
  for (const command of pipe.commands) {
    const result = evaluateCommand(scope, command, value);
    // What a pipeline hands on has no interface around it: nil in an interface is no value.
    value = result === null ? undefined : result;
  }
  const result = value === NO_FINAL ? undefined : value;
  for (const name of pipe.variables) {
    if (pipe.assigns) setVariable(scope, name, result);
    else scope.variables.push({ name, value: result });
  }
  return result;
}

function evaluateCommand(scope: Scope, command: CommandNode, final: Final): GoValue {
  const first = command.first;
  const args: Arguments = { nodes: command.rest, final };
  switch (first.kind) {
    case 'field':
      scope.run.at(first);
      return evaluateFields(scope, { node: first, names: first.names, receiver: scope.dot }, args);
    case 'chain':
      return evaluateChain(scope, first, args);
    case 'identifier':
      return evaluateFunction(scope, first, { ...args, command });
    case 'variable':
      return evaluateVariable(scope, first, args);
    case 'pipe':
      expectNoArguments(scope, first, args);
      return evaluatePipeline(scope, first);
    case 'nil':
      scope.run.at(first);
      return scope.run.fail('nil is not a command');
    default:
      scope.run.at(first);
      expectNoArguments(scope, first, args);
      return evaluateLiteral(scope, first);
  }
}

/** The value of an expression where any type will do. */
export function evaluateOperand(scope: Scope, node: Expression): GoValue {
  scope.run.at(node);
  switch (node.kind) {
    case 'pipe':
      return evaluatePipeline(scope, node);
    case 'field':
      return evaluateFields(scope, { node, names: node.names, receiver: scope.dot }, NO_ARGUMENTS);
    case 'variable':
      return evaluateVariable(scope, node, NO_ARGUMENTS);
    case 'identifier':
      return evaluateFunction(scope, node, NO_ARGUMENTS);
    case 'chain':
      return evaluateChain(scope, node, NO_ARGUMENTS);
    case 'nil':
      return null;
    default:
      return evaluateLiteral(scope, node);
  }
}

type Literal = Extract<Expression, { kind: 'dot' | 'bool' | 'number' | 'string' }>;

function evaluateLiteral(scope: Scope, node: Literal): GoValue {
  switch (node.kind) {
    case 'dot':
      return scope.dot;
    case 'bool':
    case 'string':
      return node.value;
    case 'number':
      return idealConstant(scope, node);
  }
}

/** The value of a number where nothing says which type it has: its notation does. */
function idealConstant(scope: Scope, { text, number }: NumberNode): GoValue {
  const isHex = /^0[xX][^pP]*$/.test(text);
  const isFloat = !isHex && !text.startsWith("'") && /[.eEpP]/.test(text);
  if (number.float !== undefined && isFloat) return new GoFloat(FLOAT64, number.float);
  if (number.int !== undefined) return new GoInt(INT, number.int);
  return scope.run.fail(`${text} overflows int`);
}

function evaluateChain(scope: Scope, chain: ChainNode, args: Arguments): GoValue {
  scope.run.at(chain);
  if (chain.base.kind === 'nil') scope.run.fail(`indirection through explicit nil in ${nodeText(chain)}`);
  const receiver = evaluateOperand(scope, chain.base);
  return evaluateFields(scope, { node: chain, names: chain.names, receiver }, args);
}

function evaluateVariable(scope: Scope, node: VariableNode, args: Arguments): GoValue {
  scope.run.at(node);
  const variable = findVariable(scope, node.name);
  if (node.names.length === 0) {
    expectNoArguments(scope, node, args);
    return variable.value;
  }
  return evaluateFields(scope, { node, names: node.names, receiver: variable.value }, args);
}

interface FieldAccess {
  readonly node: Expression;
  readonly names: readonly string[];
  readonly receiver: GoValue;
}

/** `.A.B.C args`: only the last one may be a method with arguments. */
function evaluateFields(scope: Scope, access: FieldAccess, args: Arguments): GoValue {
  const { node, names } = access;
  let receiver = access.receiver;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    receiver = evaluateField(scope, { node, name, receiver }, isLast ? args : NO_ARGUMENTS);
  }
  return receiver;
}

function evaluateFunction(
  scope: Scope,
  node: IdentifierNode,
  args: Arguments & { readonly command?: CommandNode },
): GoValue {
  scope.run.at(node);
  const called = scope.run.functions.get(node.name);
  if (called === undefined) return scope.run.fail(`${quote(node.name)} is not a defined function`);
  return callFunction(scope, { called, name: node.name, node: args.command ?? node }, args);
}

function expectNoArguments(scope: Scope, node: Expression, args: Arguments): void {
  if (args.nodes.length === 0 && args.final === NO_FINAL) return;
  scope.run.fail(`can't give argument to non-function ${nodeText(node)}`);
}
