import { fromText } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { ANY_SLICE, DICT } from '../template/go-type.ts';
import { GoSlice } from '../template/go-value.ts';
import type { CallContext, GoFunction, GoValue } from '../template/go-value.ts';
import { makeMap } from '../template/map-keys.ts';
import { FunctionError } from '../template/run.ts';
import { aFloat } from './cast.ts';
import { encodeJson } from './json-encode.ts';
import type { JsonStyle } from './json-encode.ts';

const PLAIN: JsonStyle = { escapesHtml: true, indent: '' };
const PRETTY: JsonStyle = { escapesHtml: true, indent: '  ' };
const RAW: JsonStyle = { escapesHtml: false, indent: '' };

/** JSON. What has none is empty text for `toJson` and `toPrettyJson`, and a failure for the others. */
export const json: FunctionTable = {
  toJson: lenient(PLAIN),
  toPrettyJson: lenient(PRETTY),
  toRawJson: strict(RAW),
  mustToJson: strict(PLAIN),
  mustToPrettyJson: strict(PRETTY),
  mustToRawJson: strict(RAW),
  fromJson: define(['string'], 'any', ([text], context) => decode(text, 'take what there is', context)),
  mustFromJson: define(['string'], 'any', ([text], context) => decode(text, 'fail', context)),
};

function strict(style: JsonStyle): GoFunction {
  return define(['any'], 'string', ([value], { budget }) => encodeJson(value, style, budget));
}

function lenient(style: JsonStyle): GoFunction {
  return define(['any'], 'string', ([value], { budget }) => {
    try {
      return encodeJson(value, style, budget);
    } catch (error) {
      if (error instanceof FunctionError) return '';
      throw error;
    }
  });
}

type OnMistake = 'fail' | 'take what there is';

function decode(text: ByteString, onMistake: OnMistake, context: CallContext): GoValue {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (onMistake === 'take what there is') return null;
    throw new FunctionError('invalid JSON', { cause: error });
  }
  return toGo(parsed, { onMistake, context, depth: 0 });
}

interface Decoding {
  readonly onMistake: OnMistake;
  readonly context: CallContext;
  readonly depth: number;
}

function toGo(parsed: unknown, decoding: Decoding): GoValue {
  const { onMistake, context, depth } = decoding;
  context.budget.spend(1);
  context.budget.nest(depth);
  const inner = { ...decoding, depth: depth + 1 };
  if (parsed === null || parsed === undefined || typeof parsed === 'boolean') return parsed ?? null;
  if (typeof parsed === 'string') return fromText(parsed);
  if (typeof parsed === 'number') {
    if (Number.isFinite(parsed)) return aFloat(parsed);
    if (onMistake === 'fail') throw new FunctionError('a number in the JSON is too large');
    return null;
  }
  if (Array.isArray(parsed))
    return new GoSlice(
      ANY_SLICE,
      parsed.map((item) => toGo(item, inner)),
    );
  return makeMap(
    DICT,
    Object.entries(parsed).map(([key, value]) => [fromText(key), toGo(value, inner)]),
  );
}
