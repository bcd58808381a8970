import type { ByteString } from './byte-string.ts';
import type { Budget } from './budget.ts';

/** What Go's reflection calls the kind of a type. */
export type Kind =
  | 'bool'
  | SignedKind
  | UnsignedKind
  | 'float64'
  | 'string'
  | 'slice'
  | 'map'
  | 'struct'
  | 'ptr'
  | 'interface';
export type SignedKind = 'int' | 'int8' | 'int16' | 'int32' | 'int64';
export type UnsignedKind = 'uint' | 'uint8' | 'uint16' | 'uint32' | 'uint64';

/** A Go type. Two types are the same when their names are. */
export interface GoType {
  /** As `%T` prints it. */
  readonly name: string;
  readonly kind: Kind;
  /** Of a slice, a map or a pointer. */
  readonly elem?: GoType;
  /** Of a map. */
  readonly key?: GoType;
  /** Of a struct. */
  readonly fields?: readonly GoField[];
  /** By name; the receiver is the first argument. A thunk, because methods name types too. */
  readonly methods?: () => ReadonlyMap<string, GoMethod>;
  /** What the type's `String` method returns: how it prints. */
  readonly toText?: (value: GoValue) => ByteString;
  /** What its `GoString` method returns: how `%#v` prints it. */
  readonly toSource?: (value: GoValue) => ByteString;
  /** What it is in JSON, if the type says so itself; throws a `FunctionError` for what is not. */
  readonly toJson?: (value: GoValue) => GoValue;
}

export interface GoField {
  readonly name: string;
  readonly type: GoType;
  /** The fields and methods of an embedded struct count as its holder's. */
  readonly embedded?: boolean;
  /** Its name in JSON, if it is another one. */
  readonly json?: string;
  /** JSON leaves it out when it is zero or empty. */
  readonly omitEmpty?: boolean;
}

/** A function that templates can call. */
export interface GoFunction {
  readonly params: readonly GoType[];
  /** The type of each further argument, if there may be any. */
  readonly rest?: GoType | undefined;
  /** For `and` and `or`: the first argument with this truth is the result, and the ones after it are not looked at. */
  readonly stopsAt?: boolean;
  readonly call: (args: readonly GoValue[], context: CallContext) => GoValue;
}

export interface GoMethod extends GoFunction {
  /** True when the receiver must be a pointer. */
  readonly onPointer?: boolean;
}

/** What a function may use beside its arguments. */
export interface CallContext {
  readonly budget: Budget;
  readonly sources: TemplateSources;
}

/** The outside world, for the few functions that need it. Each that lacks what it needs fails and says so. */
export interface TemplateSources {
  /** The time, for `ago`, `durationRound` and certificates. */
  readonly now?: (() => Date) | undefined;
  /** As many random bytes as asked for. */
  readonly random?: ((size: number) => Uint8Array) | undefined;
  /** A new private key, as PEM. */
  readonly generateKey?: ((kind: KeyKind) => string) | undefined;
}

export type KeyKind = 'rsa2048' | 'rsa4096' | 'ecdsa' | 'ed25519';

/**
 * A value as Go has it.
 *
 * `undefined` is no value at all (a missing map entry: `<no value>`), `null` is nil without a type, booleans and strings are
 * themselves, and everything else knows its Go type.
 */
export type GoValue =
  | undefined
  | null
  | boolean
  | ByteString
  | GoInt
  | GoFloat
  | GoSlice
  | GoMap
  | GoStruct
  | GoPointer;

export class GoInt {
  readonly type: GoType;
  readonly value: bigint;

  /** The caller has made sure that the value fits the type. */
  constructor(type: GoType, value: bigint) {
    this.type = type;
    this.value = value;
  }
}

export class GoFloat {
  readonly type: GoType;
  readonly value: number;

  constructor(type: GoType, value: number) {
    this.type = type;
    this.value = value;
  }
}

/** A slice: shared, not copied, when it is passed on, as in Go. */
export class GoSlice {
  readonly type: GoType;
  readonly isNil: boolean;
  readonly #items: GoValue[];

  constructor(type: GoType, items: readonly GoValue[] | null) {
    this.type = type;
    this.#items = items === null ? [] : [...items];
    this.isNil = items === null;
  }

  get items(): readonly GoValue[] {
    return this.#items;
  }

  /** Sorts in place: the one thing that a template can call which changes a slice that others hold. */
  sort(compare: (left: GoValue, right: GoValue) => number): void {
    this.#items.sort(compare);
  }
}

export interface GoMapEntry {
  readonly key: GoValue;
  readonly value: GoValue;
}

/** A map: shared, not copied, when it is passed on, as in Go. */
export class GoMap {
  readonly type: GoType;
  readonly isNil: boolean;
  /** By the key's identity (`map-keys.ts`); for string keys that is the string. */
  readonly entries: Map<string, GoMapEntry>;

  constructor(type: GoType, entries: Map<string, GoMapEntry> | null) {
    this.type = type;
    this.entries = entries ?? new Map<string, GoMapEntry>();
    this.isNil = entries === null;
  }
}

/** A struct: its values stand in the order of the type's fields. */
export class GoStruct {
  readonly type: GoType;
  readonly values: readonly GoValue[];

  constructor(type: GoType, values: readonly GoValue[]) {
    this.type = type;
    this.values = values;
  }
}

export class GoPointer {
  readonly type: GoType;
  /** Null for a nil pointer. */
  readonly target: GoStruct | null;

  constructor(type: GoType, target: GoStruct | null) {
    this.type = type;
    this.target = target;
  }
}
