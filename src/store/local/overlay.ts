import { isDeepStrictEqual } from 'node:util';

import type { MetadataPatch } from '../store.ts';

/** A value laid over one field of the manifest, and what the manifest said there at the time (null: nothing). */
export interface Laid<T> {
  readonly value: T | null;
  readonly over: T | null;
}

type LaidMap = Readonly<Record<string, Laid<string>>>;

/**
 * What commands and controllers changed on an object whose YAML belongs to somebody else.
 *
 * The newest word wins: a value stays until the owner changes the same field of the YAML, and then the YAML counts again.
 */
export interface Overlay {
  readonly suspend?: Laid<boolean> | undefined;
  readonly annotations?: LaidMap | undefined;
  readonly labels?: LaidMap | undefined;
  readonly finalizers?: readonly string[] | undefined;
}

/** Most objects have this one. */
export const noOverlay: Overlay = Object.freeze({});

/** What an overlay can lie over. */
export interface Ground {
  readonly suspend: boolean | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** The overlay without what the owner has changed in the YAML since. */
export function rebase(overlay: Overlay, ground: Ground): Overlay {
  const { suspend } = overlay;
  return compact({
    ...overlay,
    suspend: suspend === undefined || suspend.over === ground.suspend ? suspend : undefined,
    annotations: rebaseMap(overlay.annotations, ground.annotations),
    labels: rebaseMap(overlay.labels, ground.labels),
  });
}

/** The overlay after a metadata patch. The same object comes back when the patch changes nothing. */
export function patchOverlay(overlay: Overlay, patch: MetadataPatch, ground: Ground): Overlay {
  const next = compact({
    ...overlay,
    annotations: patchMap(overlay.annotations, patch.annotations, ground.annotations),
    labels: patchMap(overlay.labels, patch.labels, ground.labels),
    finalizers: patch.finalizers ?? overlay.finalizers,
  });
  return isDeepStrictEqual(next, overlay) ? overlay : next;
}

/** The overlay after `suspend` was asked for. The same object comes back when that changes nothing. */
export function suspendOverlay(overlay: Overlay, suspend: boolean, ground: Ground): Overlay {
  const value = suspend === (ground.suspend ?? false) ? undefined : { value: suspend, over: ground.suspend };
  return isDeepStrictEqual(value, overlay.suspend) ? overlay : compact({ ...overlay, suspend: value });
}

/** The values that come out: those of the manifest with those of the overlay over them. */
export function laidOver(
  values: Readonly<Record<string, string>>,
  laid: LaidMap | undefined,
): Readonly<Record<string, string>> {
  if (laid === undefined) return values;
  const merged = new Map(Object.entries(values));
  for (const [key, { value }] of Object.entries(laid)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function rebaseMap(laid: LaidMap | undefined, ground: Readonly<Record<string, string>>): LaidMap | undefined {
  if (laid === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(laid).filter(([key, { over }]) => over === (own(ground, key) ?? null)),
  );
}

function patchMap(
  laid: LaidMap | undefined,
  patch: Readonly<Record<string, string | null>> | undefined,
  ground: Readonly<Record<string, string>>,
): LaidMap | undefined {
  if (patch === undefined) return laid;
  const next = new Map(Object.entries(laid ?? {}));
  for (const [key, value] of Object.entries(patch)) {
    const over = own(ground, key) ?? null;
    if (value === over) next.delete(key);
    else next.set(key, { value, over });
  }
  return Object.fromEntries(next);
}

function own(map: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Without the parts that say nothing. */
function compact(overlay: Overlay): Overlay {
  return Object.fromEntries(
    Object.entries(overlay).filter(
      ([, part]: [string, object | undefined]) => part !== undefined && Object.keys(part).length > 0,
    ),
  );
}
