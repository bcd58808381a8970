import type { MarkedScalar } from './collect-markers.ts';
import type { Edit } from './render-scalar.ts';
import type { Yaml } from './yaml/read-yaml.ts';
import { scalarValue } from './yaml/scalar-value.ts';
import type { Token } from './yaml/token.ts';

/** A file before and after its edits. */
export interface Comparison {
  readonly before: Yaml;
  readonly after: Yaml;
  readonly edits: readonly Edit[];
  readonly shift: (at: number) => number;
}

/**
 * Finds the first place where a file reads differently after its edits, other than in the edited scalars; undefined when there is none.
 *
 * Bytes outside of the edits are equal by construction; this shows that they also mean the same: every token and every comment is
 * where it was, and is what it was.
 */
export function firstDifference({ before, after, edits, shift }: Comparison): number | undefined {
  const dropped = new Set(edits.filter(({ text }) => text === '').map(({ start }) => start));
  const kept = before.tokens.filter(({ type, start }) => type !== 'tag' || !dropped.has(start));
  const edited = new Set(edits.map(({ start }) => start));
  const different = kept.findIndex(
    (token, index) => !sameToken(token, after.tokens[index], { edited, shift }),
  );
  if (different >= 0) return kept[different]?.start ?? 0;
  if (kept.length !== after.tokens.length) return before.text.length;
  return firstCommentDifference({ before, after, edits, shift });
}

/** What a comment belongs to may change, when a text of several lines becomes one of one line; that is not a difference in itself. */
function firstCommentDifference({ before, after, shift }: Comparison): number | undefined {
  const old = before.comments.flatMap(({ lines }) => lines);
  const now = after.comments.flatMap(({ lines }) => lines);
  const different = old.findIndex(({ start, end }, index) => {
    const same = now[index];
    return same?.start !== shift(start) || same.end - same.start !== end - start;
  });
  if (different >= 0) return old[different]?.start;
  return old.length === now.length ? undefined : before.text.length;
}

interface Shifted {
  readonly edited: ReadonlySet<number>;
  readonly shift: (at: number) => number;
}

function sameToken(old: Token, now: Token | undefined, { edited, shift }: Shifted): boolean {
  if (now?.type !== old.type || now.start !== shift(old.start)) return false;
  if (old.type !== 'scalar') return now.end === shift(old.end);
  if (old.block) return now.end === shift(old.end) && now.style === old.style;
  return edited.has(old.start) || (now.end === shift(old.end) && now.style === old.style);
}

/** Finds the first marked scalar whose marker, object or value is not as expected; undefined when all are. */
export function firstMarkerDifference(
  before: readonly MarkedScalar[],
  after: { readonly marked: readonly MarkedScalar[]; readonly text: string },
  expected: (index: number) => string,
): number | undefined {
  const index = before.findIndex(({ target, document }, index) => {
    const now = after.marked[index];
    if (!now || now.target.setter !== target.setter || now.document !== document) return true;
    return scalarValue(after.text, now.scalar) !== expected(index);
  });
  if (index >= 0) return index;
  return before.length === after.marked.length ? undefined : before.length;
}
