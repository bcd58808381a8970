import { objectColumns } from './object-columns.ts';
import type { ShownKind, ShownObject } from './shown-kinds.ts';
import type { Table } from './table.ts';

export interface ObjectTableOptions {
  readonly wide?: boolean;
  /** Put the namespace first. */
  readonly namespaces?: boolean;
  /** Put the kind before the name, where tables of several kinds follow one another. */
  readonly kinds?: boolean;
}

/** Objects of one kind as a table, in the order of namespace and name. */
export function objectTable<K extends ShownKind>(
  kind: K,
  objects: readonly ShownObject<K>[],
  options: ObjectTableOptions = {},
): Table {
  const { names, more } = objectColumns[kind];
  return {
    columns: [...(options.namespaces ? ['namespace'] : []), 'name', ...names, ...(options.wide ? more : [])],
    rows: [...objects].sort(byKey).map((object) => objectRow(kind, object, options)),
  };
}

/** The row of one object. */
export function objectRow<K extends ShownKind>(
  kind: K,
  object: ShownObject<K>,
  options: ObjectTableOptions = {},
): readonly string[] {
  const columns = objectColumns[kind];
  const { namespace, name } = object.metadata;
  return [
    ...(options.namespaces ? [namespace] : []),
    options.kinds ? `${kind.toLowerCase()}/${name}` : name,
    ...columns.cells(object),
    ...(options.wide ? columns.moreCells(object) : []),
  ];
}

function byKey(left: ShownObject, right: ShownObject): number {
  return (
    compareText(left.metadata.namespace, right.metadata.namespace) ||
    compareText(left.metadata.name, right.metadata.name)
  );
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
