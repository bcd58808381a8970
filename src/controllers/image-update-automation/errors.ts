import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { MessageTemplateError } from '../../pipeline/publish/message/message-error.ts';

/** What does not parse, with its place the way Go writes it. */
function parseText(error: TidemarkError): string {
  return error instanceof MessageTemplateError
    ? `template: commit message:${error.line}: ${error.reason}`
    : error.message;
}

/** Says in which step of an automation a failure came, in Flux's words. */
export function wrapPublishError(error: unknown, { checkedOut }: { readonly checkedOut: boolean }): unknown {
  if (!isTidemarkError(error)) return error;
  const wrap = (code: 'GitOperationFailed' | 'UpdateFailed', prefix: string): TidemarkError =>
    new TidemarkError(code, `${prefix}: ${error.message}`, {
      cause: error,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    });
  switch (error.code) {
    case 'UpdatePathInvalid':
    case 'ImageRefInvalid':
      return wrap('UpdateFailed', 'failed to apply policies');
    case 'TemplateRemovedField':
      return error;
    case 'TemplateInvalid':
      return new TidemarkError(
        'GitOperationFailed',
        `failed to update source: unable to create commit message template from spec: ${parseText(error)}`,
        { cause: error },
      );
    case 'TemplateFailed':
      return wrap('GitOperationFailed', 'failed to update source: failed to run template from spec');
    case 'GitPushRejected':
    case 'GitPushRaced':
      return wrap('GitOperationFailed', 'failed to update source: failed to push to remote');
    case 'LoginFailed':
      // The login had to be renewed on the way.
      return wrap(
        'GitOperationFailed',
        `${checkedOut ? 'failed to update source' : 'failed to checkout source'}: failed to configure authentication options`,
      );
    default:
      if (error.code !== 'DiskFull' && !error.code.startsWith('Git')) return error;
      return wrap('GitOperationFailed', checkedOut ? 'failed to update source' : 'failed to checkout source');
  }
}
