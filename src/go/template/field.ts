import { callFunction, NO_FINAL } from './call.ts';
import type { Arguments } from './call.ts';
import { ANY, STRING, sameType, typeOf } from './go-type.ts';
import { GoMap, GoPointer, GoStruct } from './go-value.ts';
import type { GoFunction, GoMethod, GoType, GoValue } from './go-value.ts';
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
  if (receiver === null) scope.run.fail(`nil pointer evaluating ${ANY.name}.${name}`);
  const type = typeOf(receiver);
  const method = findMethod(receiver, name);
  if (method !== undefined) return callFunction(scope, { called: method, name, node }, args);
  const hasArguments = args.nodes.length > 0 || args.final !== NO_FINAL;
  const target = receiver instanceof GoPointer ? (receiver.target ?? receiver) : receiver;
  if (target instanceof GoStruct) {
    const field = findField(target, name);
    if (field !== undefined) {
      if (!isExported(name)) scope.run.fail(`${name} is an unexported field of struct type ${type.name}`);
      if (hasArguments) scope.run.fail(`${name} has arguments but cannot be invoked as function`);
      return field.value;
    }
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

/** The method of a value's type, or of a struct embedded in it, with the receiver filled in. */
function findMethod(receiver: GoValue, name: string): GoFunction | undefined {
  const viaPointer = receiver instanceof GoPointer;
  const target = viaPointer ? receiver.target : receiver;
  if (target === null || target === undefined) return undefined;
  const own = typeOf(target).methods?.().get(name);
  if (own !== undefined) return own.onPointer === true && !viaPointer ? undefined : bind(own, target);
  if (!(target instanceof GoStruct)) return undefined;
  for (const [index, field] of (target.type.fields ?? []).entries()) {
    if (field.embedded !== true) continue;
    const inherited = findMethod(target.values[index], name);
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

function bind(method: GoMethod, receiver: GoValue): GoFunction {
  return {
    params: method.params.slice(1),
    rest: method.rest,
    call: (args, context) => method.call([receiver, ...args], context),
  };
}

/** A field of a struct, or of the structs embedded in it, the outer ones first. */
function findField(struct: GoStruct, name: string): { readonly value: GoValue } | undefined {
  const fields: readonly { name: string; type: GoType; embedded?: boolean }[] = struct.type.fields ?? [];
  const own = fields.findIndex((field) => field.name === name);
  if (own >= 0) return { value: struct.values[own] };
  for (const [index, field] of fields.entries()) {
    const inner = struct.values[index];
    const found = field.embedded === true && inner instanceof GoStruct ? findField(inner, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isExported(name: string): boolean {
  return /^\p{Lu}/u.test(name);
}
