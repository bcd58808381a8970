/** Namespace and name: which object, within one kind. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** `namespace/name`, as it stands in messages and as a map key. */
export function formatKey(key: ObjectKey): string {
  return `${key.namespace}/${key.name}`;
}

/** Reads `namespace/name` back. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
