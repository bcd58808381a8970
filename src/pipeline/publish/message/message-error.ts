import { TidemarkError } from '../../../model/errors.ts';
import type { ErrorCode } from '../../../model/errors.ts';

/** A message template that does not parse or run: `TemplateInvalid`, `TemplateFailed` or `TemplateRemovedField`. */
export class MessageTemplateError extends TidemarkError {
  /** Both count from 1; columns count characters. */
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(
    code: Extract<ErrorCode, 'TemplateInvalid' | 'TemplateFailed' | 'TemplateRemovedField'>,
    message: string,
    details: {
      readonly line: number;
      readonly column: number;
      readonly reason: string;
      readonly cause?: unknown;
    },
  ) {
    super(code, message, { cause: details.cause });
    this.name = 'MessageTemplateError';
    this.line = details.line;
    this.column = details.column;
    this.reason = details.reason;
  }
}
