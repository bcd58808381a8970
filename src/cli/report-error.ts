import { isTidemarkError, messageOf } from '../model/errors.ts';
import type { Output } from './output.ts';

/** Says what went wrong. Never a stack trace, unless somebody asked for more. */
export function reportError(error: unknown, out: Output): void {
  if (isTidemarkError(error)) {
    const [what = '', ...more] = error.message.split('\n');
    out.say('failed', what);
    if (more.length > 0) out.detail(more.join('\n'));
  } else {
    out.say('failed', `unexpected error: ${messageOf(error)}`);
    out.detail('This is a bug in Tidemark. Please report it, with what the same command says with -v.');
  }
  if (out.verbose && error instanceof Error) out.detail(stackOf(error));
}

function stackOf(error: Error): string {
  const { stack = '', cause } = error;
  return cause instanceof Error ? `${stack}\ncaused by: ${stackOf(cause)}` : stack;
}
