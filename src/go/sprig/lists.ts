import { compareBytes } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { ANY_SLICE, kindOf, sliceOf, STRINGS, sameType } from '../template/go-type.ts';
import { GoPointer, GoSlice } from '../template/go-value.ts';
import type { CallContext, GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { toInteger } from './cast.ts';
import { deepEqual } from './deep-equal.ts';
import { isEmpty } from './defaults.ts';
import { splitText } from './strings.ts';
import { textOf, textsOf } from './text-of.ts';

type ListFunction = ReturnType<typeof define>;

/** `sprig` has most list functions twice: `must...` returns an error where the other one panics. In a template both fail. */
function twice(name: string, listFunction: ListFunction): FunctionTable {
  const must = `must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return { [name]: listFunction, [must]: listFunction };
}

/** Making lists and taking them apart. */
export const lists: FunctionTable = {
  list: define(['...any'], 'list', (values) => values),
  tuple: define(['...any'], 'list', (values) => values),
  ...twice(
    'push',
    define(['any', 'any'], 'list', ([list, value]) => [...itemsOf(list, 'Cannot push on'), value]),
  ),
  ...twice(
    'append',
    define(['any', 'any'], 'list', ([list, value]) => [...itemsOf(list, 'Cannot push on'), value]),
  ),
  ...twice(
    'prepend',
    define(['any', 'any'], 'list', ([list, value]) => [value, ...itemsOf(list, 'Cannot prepend on')]),
  ),
  ...twice(
    'first',
    define(['any'], 'any', ([list]) => itemsOf(list, 'Cannot find first on')[0] ?? null),
  ),
  ...twice(
    'last',
    define(['any'], 'any', ([list]) => itemsOf(list, 'Cannot find last on').at(-1) ?? null),
  ),
  ...twice(
    'rest',
    define(['any'], 'list', ([list]) =>
      unlessEmpty(itemsOf(list, 'Cannot find rest on'), (items) => items.slice(1)),
    ),
  ),
  ...twice(
    'initial',
    define(['any'], 'list', ([list]) =>
      unlessEmpty(itemsOf(list, 'Cannot find initial on'), (items) => items.slice(0, -1)),
    ),
  ),
  ...twice(
    'reverse',
    define(['any'], 'list', ([list]) => [...itemsOf(list, 'Cannot find reverse on')].reverse()),
  ),
  ...twice(
    'compact',
    define(['any'], 'list', ([list]) => itemsOf(list, 'Cannot compact on').filter((item) => !isEmpty(item))),
  ),
  ...twice(
    'uniq',
    define(['any'], 'list', ([list], context) => unique(list, context)),
  ),
  ...twice(
    'without',
    define(['any', '...any'], 'list', ([list, ...omitted], context) =>
      itemsOf(list, 'Cannot find without on').filter((item) => !contains(omitted, item, context)),
    ),
  ),
  ...twice(
    'has',
    define(['any', 'any'], 'bool', ([needle, list], context) =>
      list === null ? false : contains(itemsOf(list, 'Cannot find has on'), needle, context),
    ),
  ),
  ...twice(
    'slice',
    define(['any', '...any'], 'any', ([list, ...indices]) => slice(list, indices)),
  ),
  ...twice(
    'chunk',
    define(['int', 'any'], 'any', ([size, list], context) => chunk(list, size, context)),
  ),
  concat: define(['...any'], 'any', (values) => {
    const items = values.flatMap((list) => itemsOf(list, 'Cannot concat'));
    return new GoSlice(ANY_SLICE, items.length === 0 ? null : items);
  }),
  join: define(['string', 'any'], 'string', ([separator, list], { budget }) => {
    const texts = textsOf(list, budget);
    budget.allow(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
    return texts.join(separator);
  }),
  sortAlpha: define(['any'], 'any', ([list], context) => sortAlpha(list, context)),
  splitList: define(['string', 'string'], 'strings', ([separator, text]) => splitText(text, separator)),
  toStrings: define(['any'], 'any', ([value], { budget }) => toStrings(value, () => textsOf(value, budget))),
};

/** The items of a list, of whatever type they are. */
function itemsOf(value: GoValue, complaint: string): readonly GoValue[] {
  if (value instanceof GoSlice) return value.items;
  if (value === null || value === undefined) {
    throw new FunctionError('runtime error: invalid memory address or nil pointer dereference');
  }
  throw new FunctionError(`${complaint} type ${kindOf(value)}`);
}

/** The rest of an empty list is nil. */
function unlessEmpty(
  items: readonly GoValue[],
  take: (items: readonly GoValue[]) => readonly GoValue[],
): readonly GoValue[] | null {
  return items.length === 0 ? null : take(items);
}

function contains(items: readonly GoValue[], wanted: GoValue, { budget }: CallContext): boolean {
  return items.some((item) => deepEqual(wanted, item, budget));
}

function unique(list: GoValue, context: CallContext): readonly GoValue[] {
  const kept: GoValue[] = [];
  for (const item of itemsOf(list, 'Cannot find uniq on')) {
    if (!contains(kept, item, context)) kept.push(item);
  }
  return kept;
}

/** `slice $list 1 3`: from 1 up to but not including 3. */
function slice(list: GoValue, indices: readonly GoValue[]): GoValue {
  const items = itemsOf(list, 'list should be type of slice or array but');
  if (items.length === 0 || !(list instanceof GoSlice)) return null;
  const start = indices.length > 0 ? Number(toInteger(indices[0])) : 0;
  const end = indices.length > 1 ? Number(toInteger(indices[1])) : items.length;
  if (start < 0 || end > items.length || start > end) {
    throw new FunctionError(`slice index out of bounds: [${start}:${end}] of ${items.length}`);
  }
  return new GoSlice(list.type, items.slice(start, end));
}

function chunk(list: GoValue, size: number, { budget }: CallContext): GoValue {
  const items = itemsOf(list, 'Cannot chunk');
  // For a negative size sprig's arithmetic finds that some lists have no chunks at all.
  const count = Math.floor((items.length - 1) / size) + 1;
  if (size < 0 && count === 0) return new GoSlice(sliceOf(ANY_SLICE), []);
  if (size <= 0) throw new FunctionError(`cannot make chunks of ${size}`);
  const chunks: GoValue[] = [];
  for (let at = 0; at < items.length; at += size)
    chunks.push(new GoSlice(ANY_SLICE, items.slice(at, at + size)));
  budget.spend(chunks.length);
  return new GoSlice(sliceOf(ANY_SLICE), chunks);
}

/** A list of strings is sorted where it is, others are copied: that is what sprig does, and a template can see it. */
function sortAlpha(list: GoValue, { budget }: CallContext): GoValue {
  const target = list instanceof GoPointer ? (list.target ?? null) : list;
  if (!(target instanceof GoSlice)) return new GoSlice(STRINGS, [textOf(list, budget)]);
  const texts = toStrings(target, () => textsOf(target, budget));
  budget.spend(texts.items.length * Math.ceil(Math.log2(texts.items.length + 1)));
  texts.sort((left, right) =>
    typeof left === 'string' && typeof right === 'string' ? compareBytes(left, right) : 0,
  );
  return texts;
}

function toStrings(value: GoValue, texts: () => readonly string[]): GoSlice {
  if (value instanceof GoSlice && sameType(value.type, STRINGS)) return value;
  return new GoSlice(STRINGS, texts());
}
