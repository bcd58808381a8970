import type { Budget } from '../template/budget.ts';
import { compareBytes } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';
import { ANY, isTrue, typeOf } from '../template/go-type.ts';
import { GoFloat, GoInt, GoMap, GoPointer, GoSlice, GoStruct } from '../template/go-value.ts';
import type { GoField, GoValue } from '../template/go-value.ts';
import { keyIdentity } from '../template/map-keys.ts';
import { FunctionError } from '../template/run.ts';

export interface JsonStyle {
  /** Writes `<`, `>` and `&` as escapes, so that the text is safe in HTML. */
  readonly escapesHtml: boolean;
  /** Of one level; empty for everything on one line. */
  readonly indent: string;
}

/**
 * Writes a value as Go's package encoding/json does.
 *
 * @throws {FunctionError} for what has no JSON: maps by structs, infinities, NaN.
 */
export function encodeJson(value: GoValue, style: JsonStyle, budget: Budget): ByteString {
  return new JsonWriter(style, budget).encode(value, 0);
}

class JsonWriter {
  readonly #style: JsonStyle;
  readonly #budget: Budget;

  constructor(style: JsonStyle, budget: Budget) {
    this.#style = style;
    this.#budget = budget;
  }

  encode(value: GoValue, depth: number): ByteString {
    this.#budget.spend(1);
    this.#budget.nest(depth);
    if (value === null || value === undefined) return 'null';
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return this.#string(value);
    const own = typeOf(value instanceof GoPointer ? value.target : value).toJson;
    if (own !== undefined) return this.encode(own(value), depth + 1);
    if (value instanceof GoInt) return String(value.value);
    if (value instanceof GoFloat) return floatText(value.value);
    if (value instanceof GoPointer) return this.encode(value.target, depth + 1);
    if (value instanceof GoSlice) return value.isNil ? 'null' : this.#slice(value, depth);
    return value instanceof GoMap ? this.#map(value, depth) : this.#struct(value, depth);
  }

  #string(text: ByteString): ByteString {
    const special = this.#style.escapesHtml ? HTML_SPECIAL : SPECIAL;
    return `"${text.replace(special, (char) => SHORT.get(char) ?? escape(char))}"`;
  }

  #slice(value: GoSlice, depth: number): ByteString {
    return this.#enclose(
      '[]',
      depth,
      value.items.map((item) => this.encode(item, depth + 1)),
    );
  }

  #map(value: GoMap, depth: number): ByteString {
    const key = value.type.key ?? ANY;
    if (key.kind === 'struct' || key.kind === 'interface') {
      throw new FunctionError(`json: unsupported type: ${value.type.name}`);
    }
    if (value.isNil) return 'null';
    const entries = [...value.entries.values()].map((entry) => ({ ...entry, name: keyIdentity(entry.key) }));
    entries.sort((left, right) => compareBytes(left.name, right.name));
    return this.#enclose(
      '{}',
      depth,
      entries.map((entry) => this.#member(entry.name, entry.value, depth)),
    );
  }

  #struct(value: GoStruct, depth: number): ByteString {
    const members = fieldsOf(value)
      .filter(({ field, content }) => field.omitEmpty !== true || isTrue(content))
      .map(({ field, content }) => this.#member(field.json ?? field.name, content, depth));
    return this.#enclose('{}', depth, members);
  }

  #member(name: ByteString, value: GoValue, depth: number): ByteString {
    return `${this.#string(name)}:${this.#style.indent === '' ? '' : ' '}${this.encode(value, depth + 1)}`;
  }

  #enclose(brackets: '[]' | '{}', depth: number, parts: readonly ByteString[]): ByteString {
    const { indent } = this.#style;
    const [open, close] = [brackets.slice(0, 1), brackets.slice(1)];
    this.#budget.allow(parts.reduce((sum, part) => sum + part.length + 1 + indent.length * (depth + 1), 2));
    if (parts.length === 0 || indent === '') return open + parts.join(',') + close;
    const inner = `\n${indent.repeat(depth + 1)}`;
    return `${open}${inner}${parts.join(`,${inner}`)}\n${indent.repeat(depth)}${close}`;
  }
}

/* oxlint-disable no-control-regex -- JSON escapes them */
const SPECIAL = /[\u0000-\u001F"\\\u2028\u2029]|[\uDC80-\uDCFF]/gu;
const HTML_SPECIAL = /[\u0000-\u001F"\\<>&\u2028\u2029]|[\uDC80-\uDCFF]/gu;
/* oxlint-enable no-control-regex */

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', String.raw`\"`],
  ['\\', String.raw`\\`],
  ['\b', String.raw`\b`],
  ['\f', String.raw`\f`],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

function escape(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  // A byte that is no UTF-8.
  if (code >= 0xdc80 && code <= 0xdcff) return String.raw`\ufffd`;
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) throw new FunctionError('json: unsupported value: NaN');
  if (!Number.isFinite(value))
    throw new FunctionError(`json: unsupported value: ${value > 0 ? '+Inf' : '-Inf'}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The exported fields, those of embedded structs among them. */
function fieldsOf(struct: GoStruct): readonly { readonly field: GoField; readonly content: GoValue }[] {
  return (struct.type.fields ?? []).flatMap((field, index) => {
    const content = struct.values[index];
    if (field.embedded === true && content instanceof GoStruct) return fieldsOf(content);
    return /^[A-Z]/.test(field.name) ? [{ field, content }] : [];
  });
}
