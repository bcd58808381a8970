import type { TemplateLimits } from './budget.ts';
import type { Node } from './node.ts';

/** A parsed template, with the templates that it defines. */
export interface Template {
  readonly name: string;
  readonly text: string;
  /** By name; the template itself is among them. */
  readonly templates: ReadonlyMap<string, readonly Node[]>;
}

/** What a template may call, and how it is named. */
export interface ParseOptions {
  readonly name: string;
  readonly hasFunction: (name: string) => boolean;
  readonly limits: TemplateLimits;
}
