import { byteLength } from './byte-string.ts';
import type { ByteString } from './byte-string.ts';
import { Budget, LimitError } from './budget.ts';
import type { TemplateLimits } from './budget.ts';
import type { CallContext, GoFunction, GoValue, TemplateSources } from './go-value.ts';
import { MemberFinder } from './member.ts';
import { nodeText } from './node.ts';
import type { CommandNode, Expression, Node } from './node.ts';
import type { Template } from './template.ts';
import { placeAt, TemplateError } from './template-error.ts';
import type { MissingField } from './template-error.ts';

/** What a function throws when it cannot do what it was called for. The message is the rest of a sentence. */
export class FunctionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FunctionError';
  }
}

export interface Variable {
  readonly name: string;
  value: GoValue;
}

/** Where a run stands: in which template call, with which variables, and what dot is. */
export interface Scope {
  readonly run: Run;
  /** The innermost last. Shared by everything in one template call. */
  readonly variables: Variable[];
  readonly depth: number;
  readonly dot: GoValue;
}

interface RunOptions {
  readonly limits: TemplateLimits;
  readonly sources: TemplateSources;
  readonly operand: (scope: Scope, node: Expression) => GoValue;
}

/** One run of a template: what it may call, what it has written, and where it is. */
export class Run {
  readonly template: Template;
  readonly functions: ReadonlyMap<string, GoFunction>;
  readonly context: CallContext;
  /** The value of an argument. Given from outside, because arguments hold calls, and calls arguments. */
  readonly operand: (scope: Scope, node: Expression) => GoValue;
  readonly members = new MemberFinder();
  readonly #output: ByteString[] = [];
  #node: Node | Expression | CommandNode | undefined;

  constructor(template: Template, functions: ReadonlyMap<string, GoFunction>, options: RunOptions) {
    this.operand = options.operand;
    this.template = template;
    this.functions = functions;
    this.context = { budget: new Budget(options.limits), sources: options.sources };
  }

  get output(): ByteString {
    return this.#output.join('');
  }

  /** Marks where the run is, for messages, and counts it as work. */
  at(node: Node | Expression | CommandNode): void {
    this.#node = node;
    this.context.budget.spend(1);
  }

  write(text: ByteString): void {
    this.context.budget.emit(byteLength(text));
    this.#output.push(text);
  }

  fail(reason: string, missingField?: MissingField): never {
    const problem = {
      reason: this.#here() + reason,
      ...(missingField === undefined ? {} : { missingField }),
    };
    throw new TemplateError('run', placeAt(this.template.text, this.#node?.at ?? 0), problem);
  }

  /** Gives a place to what went wrong in a function or at a limit; anything else is a bug and goes on as it is. */
  explain(error: unknown): unknown {
    const place = placeAt(this.template.text, this.#node?.at ?? 0);
    if (error instanceof LimitError) {
      return new TemplateError('run', place, { reason: `the template ${error.message}`, cause: error });
    }
    if (error instanceof RangeError && error.message.includes('call stack')) {
      return new TemplateError('run', place, { reason: 'the template is nested too deeply', cause: error });
    }
    return error;
  }

  /** What stands at the place, for a message. */
  #here(): string {
    const node = this.#node;
    if (node === undefined || !isExpression(node)) return '';
    const text = nodeText(node);
    return `in ${text.length > 60 ? `${text.slice(0, 60)}...` : text}: `;
  }
}

const STATEMENTS = new Set(['text', 'action', 'if', 'with', 'range', 'template', 'break', 'continue']);

function isExpression(node: Node | Expression | CommandNode): node is Expression | CommandNode {
  return !STATEMENTS.has(node.kind);
}
