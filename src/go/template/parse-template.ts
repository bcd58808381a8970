import { byteLength } from './byte-string.ts';
import type { Node } from './node.ts';
import { TemplateParser } from './parser.ts';
import { TemplateError } from './template-error.ts';
import type { ParseOptions, Template } from './template.ts';
import { TokenStream } from './token-stream.ts';

/**
 * Parses a Go template.
 *
 * @throws {TemplateError} for the first mistake in it.
 */
export function parseTemplate(text: string, options: ParseOptions): Template {
  const { templateBytes } = options.limits;
  if (byteLength(text) > templateBytes) {
    const reason = `the template is longer than ${templateBytes} bytes`;
    throw new TemplateError('parse', { line: 1, column: 1 }, { reason });
  }
  const templates = new Map<string, readonly Node[]>();
  new TemplateParser(new TokenStream(text), options, templates).parseAll();
  return { name: options.name, text, templates };
}
