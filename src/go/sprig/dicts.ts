import { compareBytes } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { DICT, kindOf, sameType, STRING_MAP } from '../template/go-type.ts';
import { GoMap } from '../template/go-value.ts';
import type { GoFunction, GoValue } from '../template/go-value.ts';
import { makeMap, sortedEntries } from '../template/map-keys.ts';
import { FunctionError } from '../template/run.ts';
import { deepCopy } from './deep-copy.ts';
import { mergeInto } from './merge.ts';
import { splitText } from './strings.ts';
import { textOf } from './text-of.ts';

/** Maps with text as keys. Where Go's order of a map is random, ours is that of the keys. */
export const dicts: FunctionTable = {
  dict: define(['...any'], 'any', (values, { budget }) => {
    const pairs: [GoValue, GoValue][] = [];
    for (let at = 0; at < values.length; at += 2) {
      pairs.push([textOf(values[at], budget), at + 1 < values.length ? values[at + 1] : '']);
    }
    return makeMap(DICT, pairs);
  }),
  get: define(['dict', 'string'], 'any', ([dict, key]) => {
    const entry = dict.entries.get(key);
    return entry === undefined ? '' : entry.value;
  }),
  set: define(['dict', 'string', 'any'], 'any', ([dict, key, value]) => {
    if (dict.isNil) throw new FunctionError('assignment to entry in nil map');
    dict.entries.set(key, { key, value });
    return dict;
  }),
  unset: define(['dict', 'string'], 'any', ([dict, key]) => {
    dict.entries.delete(key);
    return dict;
  }),
  hasKey: define(['dict', 'string'], 'bool', ([dict, key]) => dict.entries.has(key)),
  pluck: define(['string', '...dict'], 'list', ([key, ...dictionaries]) =>
    dictionaries.flatMap(({ entries }) => {
      const entry = entries.get(key);
      return entry === undefined ? [] : [entry.value];
    }),
  ),
  keys: define(['...dict'], 'strings', (dictionaries) => dictionaries.flatMap(sortedKeys)),
  values: define(['dict'], 'list', ([dict]) => sortedEntries(dict).map(({ value }) => value)),
  pick: define(['dict', '...string'], 'any', ([dict, ...keys]) => select(dict, keys, 'keep')),
  omit: define(['dict', '...string'], 'any', ([dict, ...keys]) => select(dict, keys, 'leave out')),
  merge: merge('keep'),
  mustMerge: merge('keep'),
  mergeOverwrite: merge('overwrite'),
  mustMergeOverwrite: merge('overwrite'),
  deepCopy,
  mustDeepCopy: deepCopy,
  dig: define(['...any'], 'any', (args) => dig(args)),
  split: define(['string', 'string'], 'any', ([separator, text]) => numbered(splitText(text, separator))),
  splitn: define(['string', 'int', 'string'], 'any', ([separator, limit, text]) =>
    numbered(splitText(text, separator, limit)),
  ),
};

function sortedKeys(dict: GoMap): readonly ByteString[] {
  return [...dict.entries.keys()].sort(compareBytes);
}

function select(dict: GoMap, keys: readonly ByteString[], mode: 'keep' | 'leave out'): GoMap {
  const wanted = new Set(keys);
  const entries = [...dict.entries].filter(([key]) => wanted.has(key) === (mode === 'keep'));
  return new GoMap(DICT, new Map(entries));
}

function merge(mode: 'keep' | 'overwrite'): GoFunction {
  return define(['dict', '...dict'], 'any', ([target, ...sources], { budget }) => {
    const result = target.isNil && sources.some((source) => !source.isNil) ? makeMap(DICT, []) : target;
    for (const source of sources) mergeInto(result, source, { overwrites: mode === 'overwrite', budget });
    return result;
  });
}

/** `split "/" "a/b"` is a map with `_0` and `_1`. */
function numbered(pieces: readonly ByteString[]): GoMap {
  return makeMap(
    STRING_MAP,
    pieces.map((piece, index) => [`_${index}`, piece]),
  );
}

/** `dig "a" "b" "default" $dict` */
function dig(args: readonly GoValue[]): GoValue {
  if (args.length < 3) throw new FunctionError('dig needs at least three arguments');
  const keys = args.slice(0, -2);
  let current = dictOf(args.at(-1));
  for (const [index, key] of keys.entries()) {
    if (typeof key !== 'string') throw new FunctionError(`a key must be a string, not ${kindOf(key)}`);
    const entry = current.entries.get(key);
    if (entry === undefined) return args.at(-2);
    if (index === keys.length - 1) return entry.value;
    current = dictOf(entry.value);
  }
  return args.at(-2);
}

function dictOf(value: GoValue): GoMap {
  if (value instanceof GoMap && sameType(value.type, DICT)) return value;
  throw new FunctionError(`a ${DICT.name} is needed, not ${kindOf(value)}`);
}
