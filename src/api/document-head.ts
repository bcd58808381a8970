/** What tells a document from others, as far as it says. */
export interface DocumentHead {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly items?: unknown;
  /** SOPS leaves its own data beside the encrypted fields. */
  readonly encrypted: boolean;
}

/** Reads the head of anything that stood in a document. */
export function documentHead(value: unknown): DocumentHead {
  if (!isRecord(value)) return { encrypted: false };
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  return {
    ...text('apiVersion', value),
    ...text('kind', value),
    ...text('namespace', metadata),
    ...text('name', metadata),
    items: value['items'],
    encrypted: isRecord(value['sops']),
  };
}

/** `ImagePolicy flux-system/app`. */
export function describeHead(head: DocumentHead, defaultNamespace: string): string {
  const { kind = 'object', namespace = defaultNamespace, name = '(without a name)' } = head;
  return kind === 'Namespace' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function text<Key extends string>(
  key: Key,
  record: Readonly<Record<string, unknown>>,
): { [K in Key]?: string } {
  const value = record[key];
  const found: { [K in Key]?: string } = {};
  if (typeof value === 'string') found[key] = value;
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
