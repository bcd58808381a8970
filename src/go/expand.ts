/** One match of a pattern: where it is, and what its groups hold. Group 0 is the whole match. */
export interface GoMatch {
  readonly start: number;
  readonly end: number;
  /** The name of each group, empty for a group without one; index 0 is the whole match. */
  readonly names: readonly string[];
  /** The text of a group; undefined when there is no such group or it took no part in the match. */
  group(number: number): string | undefined;
}

/** A template read once: text to copy, and the groups of which the first that took part is filled in. */
export type ExpandTemplate = readonly (string | readonly number[])[];

const NAME = /^[\p{L}\p{Nd}_]+/u;
const DIGITS = /^[0-9]+$/;

/**
 * Fills a template from a match, by the rules of Go's `Regexp.Expand`.
 *
 * `$name` takes the longest run of letters, digits and underscores, so `$1x` is the group called `1x`; `${1}x` is
 * group 1 and an `x`. An unknown group is empty, `$$` is a dollar sign, and a `$` that starts no name stays as it is.
 */
export function expand(template: string, match: GoMatch): string {
  return fillTemplate(parseTemplate(template, match.names), match);
}

/** Reads a template for a pattern whose groups have these names. For one template and many matches. */
export function parseTemplate(template: string, names: readonly string[]): ExpandTemplate {
  const parts: (string | readonly number[])[] = [];
  let rest = template;
  for (let dollar = rest.indexOf('$'); dollar >= 0; dollar = rest.indexOf('$')) {
    if (dollar > 0) parts.push(rest.slice(0, dollar));
    rest = rest.slice(dollar + 1);
    const reference = readReference(rest);
    if (reference !== undefined) {
      parts.push(groupsOf(reference.name, names));
      rest = rest.slice(reference.length);
    } else {
      parts.push('$');
      if (rest.startsWith('$')) rest = rest.slice(1);
    }
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

/** Fills a template that was read by `parseTemplate`. */
export function fillTemplate(template: ExpandTemplate, match: GoMatch): string {
  let out = '';
  for (const part of template) out += typeof part === 'string' ? part : groupText(part, match);
  return out;
}

/** The group that the text after a `$` refers to, and how much of the text says so. */
function readReference(text: string): { name: string; length: number } | undefined {
  const braced = text.startsWith('{');
  const name = NAME.exec(braced ? text.slice(1) : text)?.[0];
  if (name === undefined) return undefined;
  if (!braced) return { name, length: name.length };
  return text[name.length + 1] === '}' ? { name, length: name.length + 2 } : undefined;
}

function groupText(groups: readonly number[], match: GoMatch): string {
  for (const group of groups) {
    const text = match.group(group);
    if (text !== undefined) return text;
  }
  return '';
}

/** The groups that a reference means: one by number, or all of that name. */
function groupsOf(reference: string, names: readonly string[]): readonly number[] {
  const number = groupNumber(reference);
  if (number !== undefined) return [number];
  return names.flatMap((name, index) => (name === reference ? [index] : []));
}

/** Go reads a name as a number when it is all digits, has no leading zero and at most nine digits. */
function groupNumber(name: string): number | undefined {
  if (!DIGITS.test(name) || name.length > 9) return undefined;
  return name.length > 1 && name.startsWith('0') ? undefined : Number(name);
}
