import { callFunction, NO_FINAL } from './call.ts';
import type { Arguments } from './call.ts';
import { ANY, STRING, sameType, typeOf } from './go-type.ts';
import { GoMap, GoPointer, GoStruct } from './go-value.ts';
import type { GoFunction, GoMethod, GoValue } from './go-value.ts';
import { valueAt } from './member.ts';
import type { Expression } from './node.ts';
import type { Scope } from './run.ts';

export interface FieldRequest {
  readonly node: Expression;
  readonly name: string;
  readonly receiver: GoValue;
}

/** The value of `.name` on a receiver: what a method returns, a field of a struct, or an entry of a map. */
export function evaluateField(scope: Scope, request: FieldRequest, args: Arguments): GoValue {
  const { name, node, receiver } = request;
  if (receiver === undefined) return undefined;
  if (receiver === null) return scope.run.fail(`nil pointer evaluating ${ANY.name}.${name}`);
  const type = typeOf(receiver);
  const viaPointer = receiver instanceof GoPointer;
  const target = viaPointer ? (receiver.target ?? receiver) : receiver;
  const member = scope.run.members.find(typeOf(target), name);
  if (member?.method !== undefined && (viaPointer || member.method.onPointer !== true)) {
    const called = bind(member.method, valueAt(target, member.path));
    return callFunction(scope, { called, name, node }, args);
  }
  const hasArguments = args.nodes.length > 0 || args.final !== NO_FINAL;
  if (target instanceof GoStruct && member !== undefined && member.method === undefined) {
    if (!isExported(name)) scope.run.fail(`${name} is an unexported field of struct type ${type.name}`);
    if (hasArguments) scope.run.fail(`${name} has arguments but cannot be invoked as function`);
    return valueAt(target, member.path);
  }
  if (target instanceof GoMap && sameType(target.type.key ?? ANY, STRING)) {
    if (hasArguments) scope.run.fail(`${name} is not a method but has arguments`);
    return target.entries.get(name)?.value;
  }
  return scope.run.fail(`can't evaluate field ${name} in type ${type.name}`, {
    field: name,
    type: type.name,
  });
}

function bind(method: GoMethod, receiver: GoValue): GoFunction {
  return {
    params: method.params.slice(1),
    rest: method.rest,
    call: (args, context) => method.call([receiver, ...args], context),
  };
}

function isExported(name: string): boolean {
  // Patterns with Unicode properties are slow to make, and hardly ever needed.
  return /^[A-Z]/.test(name) || (name > '\u007F' && /^\p{Lu}/u.test(name));
}
