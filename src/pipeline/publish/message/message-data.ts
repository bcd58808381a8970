import { fromText } from '../../../go/template/byte-string.ts';
import { STRING_MAP } from '../../../go/template/go-type.ts';
import { GoMap, GoSlice, GoStruct } from '../../../go/template/go-value.ts';
import type { GoValue } from '../../../go/template/go-value.ts';
import { makeMap } from '../../../go/template/map-keys.ts';
import {
  CHANGE,
  CHANGES,
  FILE_CHANGES,
  NAME_META,
  NAMESPACED_NAME,
  OBJECT_CHANGES,
  OBJECT_IDENTIFIER,
  RESOURCE_IDENTIFIER,
  RESULT,
  TEMPLATE_DATA,
  TYPE_META,
} from './message-types.ts';

/** One value that was replaced: in which file and object, by which setter (`namespace:policy[:part]`). */
export interface MessageChange {
  /** Relative to `update.path`. */
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly old: string;
  readonly new: string;
  readonly setter: string;
}

/** What a commit message is made of; the same shape as `tidemark template test --data`. */
export interface MessageData {
  readonly automation: { readonly namespace: string; readonly name: string };
  /** `messageTemplateValues`. */
  readonly values: Readonly<Record<string, string>> | undefined;
  /** In the order in which they stand in the files. */
  readonly changes: readonly MessageChange[];
}

/** The data as Go has it. */
export function toTemplateData({ automation, values, changes }: MessageData): GoStruct {
  return new GoStruct(TEMPLATE_DATA, [
    textStruct(NAMESPACED_NAME, [automation.namespace, automation.name]),
    new GoStruct(RESULT, [fileChanges(changes)]),
    values === undefined
      ? new GoMap(STRING_MAP, null)
      : makeMap(
          STRING_MAP,
          Object.entries(values).map(([name, value]) => [fromText(name), fromText(value)]),
        ),
  ]);
}

function fileChanges(changes: readonly MessageChange[]): GoMap {
  if (changes.length === 0) return new GoMap(FILE_CHANGES, null);
  const files = groupBy(changes, (change) => fromText(change.file));
  return makeMap(
    FILE_CHANGES,
    [...files].map(([file, inFile]) => [file, objectChanges(inFile)]),
  );
}

function objectChanges(changes: readonly MessageChange[]): GoMap {
  const objects = groupBy(changes, ({ apiVersion, kind, name, namespace }) =>
    JSON.stringify([apiVersion, kind, name, namespace]),
  );
  return makeMap(
    OBJECT_CHANGES,
    [...objects.values()].map((inObject) => [identifierOf(inObject), changeList(inObject)]),
  );
}

function identifierOf([change]: readonly MessageChange[]): GoValue {
  const typeMeta = textStruct(TYPE_META, [change?.apiVersion, change?.kind]);
  const nameMeta = textStruct(NAME_META, [change?.name, change?.namespace]);
  return new GoStruct(OBJECT_IDENTIFIER, [new GoStruct(RESOURCE_IDENTIFIER, [typeMeta, nameMeta])]);
}

function changeList(changes: readonly MessageChange[]): GoValue {
  return new GoSlice(
    CHANGES,
    changes.map((change) => textStruct(CHANGE, [change.old, change.new, change.setter])),
  );
}

function textStruct(type: GoStruct['type'], texts: readonly (string | undefined)[]): GoStruct {
  return new GoStruct(
    type,
    texts.map((text) => fromText(text ?? '')),
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(items, keyOf);
}
