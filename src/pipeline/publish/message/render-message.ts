import { DEFAULT_LIMITS } from '../../../go/template/budget.ts';
import type { TemplateLimits } from '../../../go/template/budget.ts';
import { builtins } from '../../../go/template/builtins/builtins.ts';
import { fromText, toText } from '../../../go/template/byte-string.ts';
import { executeTemplate } from '../../../go/template/execute.ts';
import type { GoFunction, TemplateSources } from '../../../go/template/go-value.ts';
import { parseTemplate } from '../../../go/template/parse-template.ts';
import type { Template } from '../../../go/template/template.ts';
import { TemplateError } from '../../../go/template/template-error.ts';
import { sprig } from '../../../go/sprig/sprig.ts';
import { toTemplateData } from './message-data.ts';
import type { MessageData } from './message-data.ts';
import { MessageTemplateError } from './message-error.ts';
import { removedFieldMessage } from './removed-field.ts';

/** What stands in a commit that has no message template. */
export const DEFAULT_MESSAGE = 'Update from image update automation';

export interface MessageOptions {
  readonly limits?: Partial<TemplateLimits>;
  /** Clock and random values, for the few functions that need them (`ago`, `randInt`, `genCA`...). */
  readonly sources?: TemplateSources;
}

/** Flux calls its template this, and a template can call itself by it. */
const TEMPLATE_NAME = 'commit message';

/**
 * Renders a commit message template (Go's text/template with the functions of sprig) over what was changed.
 *
 * Bytes that are no UTF-8, which only cutting a character in two can make, become U+FFFD.
 *
 * @throws {MessageTemplateError} where it does not parse, fails, or does more than the limits allow.
 */
export function renderMessage(template: string, data: MessageData, options: MessageOptions = {}): string {
  const functions = allFunctions();
  const parsed = parse(template, functions, options);
  try {
    const message = executeTemplate(parsed, toTemplateData(data), {
      functions,
      limits: limitsOf(options),
      sources: options.sources,
    });
    return toText(message);
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Parses a commit message template without running it.
 *
 * @throws {MessageTemplateError} with the code `TemplateInvalid`.
 */
export function checkTemplate(template: string): void {
  parse(template, allFunctions(), {});
}

function parse(
  template: string,
  functions: ReadonlyMap<string, GoFunction>,
  options: MessageOptions,
): Template {
  const text = template === '' ? DEFAULT_MESSAGE : fromText(template);
  try {
    return parseTemplate(text, {
      name: TEMPLATE_NAME,
      hasFunction: (name) => functions.has(name),
      limits: limitsOf(options),
    });
  } catch (error) {
    throw explain(error);
  }
}

function allFunctions(): ReadonlyMap<string, GoFunction> {
  return new Map(Object.entries({ ...builtins, ...sprig }));
}

function limitsOf({ limits }: MessageOptions): TemplateLimits {
  return { ...DEFAULT_LIMITS, ...limits };
}

function explain(error: unknown): MessageTemplateError {
  if (!(error instanceof TemplateError)) {
    const reason = `the template ran into a mistake of Tidemark's: ${error instanceof Error ? error.message : String(error)}`;
    return new MessageTemplateError('TemplateFailed', reason, { line: 1, column: 1, reason, cause: error });
  }
  const details = { line: error.line, column: error.column, reason: error.reason, cause: error };
  const place = `line ${error.line}, column ${error.column}`;
  if (error.phase === 'parse') {
    const message = `the commit message template does not parse at ${place}: ${error.reason}`;
    return new MessageTemplateError('TemplateInvalid', message, details);
  }
  const removed = error.missingField === undefined ? undefined : removedFieldMessage(error.missingField);
  if (removed !== undefined) return new MessageTemplateError('TemplateRemovedField', removed, details);
  const message = `the commit message template fails at ${place}: ${error.reason}`;
  return new MessageTemplateError('TemplateFailed', message, details);
}
