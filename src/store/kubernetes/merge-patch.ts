import { isDeepStrictEqual } from 'node:util';

/** A JSON merge patch (RFC 7396), or a part of one. */
export type MergePatch = Readonly<Record<string, unknown>>;

/** The patch that turns `before` into `after`: what changed, and null for what is gone. Lists are replaced as a whole. */
export function mergePatch(before: object, after: object): MergePatch {
  const patch: Record<string, unknown> = {};
  const old = new Map<string, unknown>(Object.entries(before));
  const now = new Map<string, unknown>(Object.entries(after).filter(([, value]) => value !== undefined));
  for (const [key, value] of now) {
    const was = old.get(key);
    if (isDeepStrictEqual(was, value)) continue;
    patch[key] = isPlain(was) && isPlain(value) ? mergePatch(was, value) : value;
  }
  for (const [key, value] of old) if (value !== undefined && !now.has(key)) patch[key] = null;
  return patch;
}

/** True when the patch asks for nothing. */
export function isEmptyPatch(patch: MergePatch): boolean {
  return Object.keys(patch).length === 0;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
