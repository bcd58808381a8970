import type { NumberLiteral } from './number-literal.ts';

/** What stands in a template. `at` is the offset that a failure there is reported at. */
export type Node =
  | TextNode
  | ActionNode
  | BranchNode
  | RangeNode
  | TemplateNode
  | { readonly kind: 'break' | 'continue'; readonly at: number };

export interface TextNode {
  readonly kind: 'text';
  readonly at: number;
  readonly text: string;
}

export interface ActionNode {
  readonly kind: 'action';
  readonly at: number;
  readonly pipe: PipeNode;
}

export interface BranchNode {
  readonly kind: 'if' | 'with';
  readonly at: number;
  readonly pipe: PipeNode;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[] | undefined;
}

export interface RangeNode {
  readonly kind: 'range';
  readonly at: number;
  readonly pipe: PipeNode;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[] | undefined;
}

/** A call of another template. */
export interface TemplateNode {
  readonly kind: 'template';
  readonly at: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

/** What stands inside an action. */
export type Expression =
  | { readonly kind: 'dot'; readonly at: number }
  | { readonly kind: 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | NumberNode
  | { readonly kind: 'string'; readonly at: number; readonly text: string; readonly value: string }
  | IdentifierNode
  | FieldNode
  | VariableNode
  | ChainNode
  | PipeNode;

export interface NumberNode {
  readonly kind: 'number';
  readonly at: number;
  readonly text: string;
  readonly number: NumberLiteral;
}

/** The name of a function. */
export interface IdentifierNode {
  readonly kind: 'identifier';
  readonly at: number;
  readonly name: string;
}

/** `.A.B` */
export interface FieldNode {
  readonly kind: 'field';
  readonly at: number;
  readonly names: readonly string[];
}

/** `$x.A.B`; the dollar sign is part of the name. */
export interface VariableNode {
  readonly kind: 'variable';
  readonly at: number;
  readonly name: string;
  readonly names: readonly string[];
}

/** `(pipeline).A.B` or `function.A.B` */
export interface ChainNode {
  readonly kind: 'chain';
  readonly at: number;
  readonly base: Expression;
  readonly names: readonly string[];
}

export interface PipeNode {
  readonly kind: 'pipe';
  readonly at: number;
  /** Names of variables that take the pipeline's value. */
  readonly variables: readonly string[];
  /** True for `=`, false for `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}

export interface CommandNode {
  readonly kind: 'command';
  readonly at: number;
  readonly first: Expression;
  readonly rest: readonly Expression[];
}

/** An expression as it would be written, for messages. */
export function nodeText(node: Expression | CommandNode): string {
  switch (node.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
    case 'string':
      return node.text;
    case 'identifier':
      return node.name;
    case 'field':
      return fieldText(node.names);
    case 'variable':
      return node.name + fieldText(node.names);
    case 'chain':
      return operandText(node.base) + fieldText(node.names);
    case 'command':
      return [node.first, ...node.rest].map(operandText).join(' ');
    case 'pipe':
      return pipeText(node);
  }
}

function pipeText(pipe: PipeNode): string {
  const commands = pipe.commands.map(nodeText).join(' | ');
  if (pipe.variables.length === 0) return commands;
  return `${pipe.variables.join(', ')} ${pipe.assigns ? '=' : ':='} ${commands}`;
}

function operandText(node: Expression): string {
  return node.kind === 'pipe' ? `(${nodeText(node)})` : nodeText(node);
}

function fieldText(names: readonly string[]): string {
  return names.map((name) => `.${name}`).join('');
}
