import type { AnyObject, KindName, Kinds } from '../../api/kinds.ts';
import type { DocumentProblem } from '../../api/documents.ts';
import type { Secret } from '../../api/secret.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey, parseKey } from '../../model/object-key.ts';
import { fingerprinted, nameOf } from './definition.ts';
import type { SecretFolder } from './secret-folder.ts';
import type { Sources } from './sources.ts';
import { deepFreeze } from './stored-object.ts';
import type { Happening } from '../watch-hub.ts';

const namespaceLabel = 'kubernetes.io/metadata.name';

export interface ReadOnlyOptions {
  readonly sources: Sources;
  readonly secrets: SecretFolder | undefined;
  /** Namespaces in which there are objects. */
  readonly usedNamespaces: () => Iterable<string>;
  /** Looks at the files now. */
  readonly look: () => void;
}

/** Secrets and Namespaces: only read, never written to the state. In lists and watches Secrets show no data. */
export class ReadOnlyObjects {
  readonly #options: ReadOnlyOptions;
  #secrets: ReadonlyMap<string, AnyObject> = new Map();
  #namespaces: ReadonlyMap<string, AnyObject> = new Map();

  constructor(options: ReadOnlyOptions) {
    this.#options = options;
    this.refresh();
  }

  /** Looks at everything again, and tells what has changed. */
  refresh(): readonly Happening[] {
    const secrets = this.#listSecrets();
    const namespaces = this.#listNamespaces(secrets);
    const happenings = [
      ...compare('Namespace', this.#namespaces, namespaces),
      ...compare('Secret', this.#secrets, secrets),
    ];
    this.#secrets = secrets;
    this.#namespaces = namespaces;
    return happenings;
  }

  namespace(name: string): AnyObject | undefined {
    return this.#namespaces.get(`/${name}`);
  }

  /** The Secret with its data, as it is on the disk now. A manifest comes before the folder. */
  secret(key: ObjectKey): Secret | undefined {
    const { sources, secrets, look } = this.#options;
    const known = sources.find('Secret', formatKey(key));
    if (known !== undefined && !sources.isCurrent(known)) look();
    const definition = sources.find('Secret', formatKey(key));
    return definition?.kind === 'Secret' ? definition.object : secrets?.read(key);
  }

  all(kind: KindName): Iterable<AnyObject> {
    return (kind === 'Secret' ? this.#secrets : this.#namespaces).values();
  }

  /** Secrets that are in the folder and in a manifest. */
  problems(): readonly DocumentProblem[] {
    const { sources, secrets } = this.#options;
    return (secrets?.keys() ?? []).flatMap((key) => {
      const manifest = sources.find('Secret', formatKey(key));
      if (manifest === undefined) return [];
      const object = nameOf('Secret', formatKey(key));
      const message = `also lies in the folder of secrets; the definition here counts, and the folder's is ignored`;
      return [{ ...manifest.place, column: 1, object, message }];
    });
  }

  #listSecrets(): Map<string, AnyObject> {
    const { sources, secrets } = this.#options;
    const found = new Map<string, AnyObject>();
    for (const key of secrets?.keys() ?? []) {
      const secret = readQuietly(() => secrets?.read(key));
      if (secret !== undefined) found.set(formatKey(key), withoutData(secret));
    }
    for (const definition of sources.all('Secret')) {
      if (definition.kind === 'Secret') found.set(definition.key, withoutData(definition.object));
    }
    return found;
  }

  /** Those with a manifest, and those that something is in. */
  #listNamespaces(secrets: ReadonlyMap<string, AnyObject>): Map<string, AnyObject> {
    const { sources, usedNamespaces } = this.#options;
    const labels = new Map<string, Kinds['Namespace']>();
    for (const definition of sources.all('Namespace')) {
      if (definition.kind === 'Namespace') labels.set(parseKey(definition.key).name, definition.object);
    }
    const names = new Set([...labels.keys(), ...usedNamespaces()]);
    for (const key of secrets.keys()) names.add(parseKey(key).namespace);
    return new Map([...names].sort().map((name) => [`/${name}`, this.#toNamespace(name, labels.get(name))]));
  }

  #toNamespace(name: string, manifest: Kinds['Namespace'] | undefined): Kinds['Namespace'] {
    const labels = { ...manifest?.metadata.labels, [namespaceLabel]: name };
    const metadata = { ...manifest?.metadata, name, namespace: '', labels };
    return fingerprinted({ apiVersion: 'v1', kind: 'Namespace', metadata }, this.#options.sources.salt);
  }
}

function withoutData(secret: Secret): Secret {
  return deepFreeze({ ...secret, data: {} });
}

function compare(
  kind: KindName,
  before: ReadonlyMap<string, AnyObject>,
  after: ReadonlyMap<string, AnyObject>,
): readonly Happening[] {
  const happenings: Happening[] = [];
  for (const [key, object] of before) {
    if (!after.has(key)) happenings.push({ kind, before: object, after: undefined });
  }
  for (const [key, object] of after) {
    const old = before.get(key);
    if (old?.metadata.resourceVersion !== object.metadata.resourceVersion)
      happenings.push({ kind, before: old, after: object });
  }
  return happenings;
}

function readQuietly<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch {
    // Whoever asks for this one is told.
    return undefined;
  }
}
