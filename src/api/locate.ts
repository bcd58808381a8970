import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';

import type { PlainValue } from './plain-value.ts';

export type FieldPath = readonly (string | number)[];

/** The offset of the field at `path`: of its key or of its value; of the nearest thing around it when it is not there. */
export function locate(plain: PlainValue, path: FieldPath, at: 'key' | 'value'): number {
  let here: unknown = plain.value;
  let offset = startOf(plain, here, 0);
  for (const [depth, segment] of path.entries()) {
    const origin = typeof here === 'object' && here !== null ? plain.origins.get(here) : undefined;
    if (origin === undefined) return offset;
    const last = depth === path.length - 1;
    if (isSeq(origin)) {
      offset = offsetOf(origin.items[Number(segment)]) ?? offset;
    } else if (isMap(origin)) {
      const pair = origin.items.find(
        (item) => isScalar(item.key) && (item.key.source ?? item.key.value) === String(segment),
      );
      const key = offsetOf(pair?.key) ?? offset;
      offset = last && at === 'value' ? (offsetOf(pair?.value) ?? key) : key;
    }
    here = Object.getOwnPropertyDescriptor(here, segment)?.value;
  }
  return offset;
}

/** The text of the scalar at `path` as it is spelled in the file, if it is one. */
export function sourceText(plain: PlainValue, path: FieldPath): string | undefined {
  let here: unknown = plain.value;
  for (const segment of path.slice(0, -1)) {
    here =
      typeof here === 'object' && here !== null
        ? Object.getOwnPropertyDescriptor(here, segment)?.value
        : undefined;
  }
  const origin = typeof here === 'object' && here !== null ? plain.origins.get(here) : undefined;
  const segment = path.at(-1);
  if (isSeq(origin)) {
    const item = origin.items[Number(segment)];
    return isScalar(item) ? item.source : undefined;
  }
  if (!isMap(origin)) return undefined;
  const pair = origin.items.find(
    (item) => isScalar(item.key) && (item.key.source ?? item.key.value) === String(segment),
  );
  return isScalar(pair?.value) ? pair.value.source : undefined;
}

function startOf(plain: PlainValue, value: unknown, otherwise: number): number {
  const origin = typeof value === 'object' && value !== null ? plain.origins.get(value) : undefined;
  return offsetOf(origin) ?? otherwise;
}

function offsetOf(node: unknown): number | undefined {
  if (isPair(node)) return offsetOf(node.key);
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
