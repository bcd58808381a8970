import { compileRegexp, GoRegexpError, quoteMeta } from '../regexp.ts';
import type { GoRegexp } from '../regexp.ts';
import { parseTemplate } from '../expand.ts';
import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import type { CallContext, GoFunction } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';

/** Regular expressions in Go's syntax. A bad one fails, but for `regexMatch`, for which it matches nothing. */
export const regex: FunctionTable = {
  regexMatch: define(['string', 'string'], 'bool', ([pattern, text], context) => {
    try {
      return compile(pattern, text, context).test(text);
    } catch (error) {
      if (error instanceof FunctionError) return false;
      throw error;
    }
  }),
  mustRegexMatch: define(['string', 'string'], 'bool', ([pattern, text], context) =>
    compile(pattern, text, context).test(text),
  ),
  ...twice(
    'regexFind',
    define(['string', 'string'], 'string', ([pattern, text], context) => {
      return compile(pattern, text, context).find(text)?.group(0) ?? '';
    }),
  ),
  ...twice(
    'regexFindAll',
    define(['string', 'string', 'int'], 'strings', ([pattern, text, limit], context) => {
      const matches = compile(pattern, text, context).findAll(text, limit);
      return matches.length === 0 ? null : matches.map((match) => match.group(0) ?? '');
    }),
  ),
  ...twice(
    'regexReplaceAll',
    define(['string', 'string', 'string'], 'string', ([pattern, text, by], context) => {
      const compiled = compile(pattern, text, context);
      return replace(compiled, { text, by, groups: groupCount(compiled, by) }, context);
    }),
  ),
  ...twice(
    'regexReplaceAllLiteral',
    define(['string', 'string', 'string'], 'string', ([pattern, text, by], context) => {
      const compiled = compile(pattern, text, context);
      context.budget.allow(text.length + compiled.findAll(text).length * by.length);
      return compiled.replaceAllLiteral(text, by);
    }),
  ),
  ...twice(
    'regexSplit',
    define(['string', 'string', 'int'], 'strings', ([pattern, text, limit], context) => {
      const compiled = compile(pattern, text, context);
      return limit === 0 ? null : compiled.split(text, limit);
    }),
  ),
  regexQuoteMeta: define(['string'], 'string', ([text]) => quoteMeta(text)),
};

function twice(name: string, regexFunction: GoFunction): FunctionTable {
  return { [name]: regexFunction, [`must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`]: regexFunction };
}

/** Compiles a pattern, and counts the work of matching it against a text. */
function compile(pattern: ByteString, text: ByteString, { budget }: CallContext): GoRegexp {
  if (!pattern.isWellFormed()) throw new FunctionError('error parsing regexp: invalid UTF-8');
  budget.spend(Math.ceil(pattern.length / PATTERN_UNITS_PER_STEP) + STEPS_PER_PATTERN);
  try {
    const compiled = compileRegexp(pattern);
    budget.spend(
      compiled.programSize + Math.ceil((text.length * compiled.programSize) / MATCH_UNITS_PER_STEP),
    );
    return compiled;
  } catch (error) {
    if (error instanceof GoRegexpError) throw new FunctionError(error.message, { cause: error });
    throw error;
  }
}

const PATTERN_UNITS_PER_STEP = 4;
const STEPS_PER_PATTERN = 20;
const MATCH_UNITS_PER_STEP = 16;

function replace(
  compiled: GoRegexp,
  { text, by, groups }: { readonly text: ByteString; readonly by: ByteString; readonly groups: number },
  { budget }: CallContext,
): ByteString {
  // Each group of the replacement can hold no more than its match, and the matches no more than the text.
  budget.allow(text.length * (1 + groups) + compiled.findAll(text).length * by.length);
  return compiled.replaceAll(text, by);
}

function groupCount(compiled: GoRegexp, by: ByteString): number {
  return parseTemplate(by, compiled.names).filter((part) => typeof part === 'number').length;
}
