import { checkObject } from '../../api/check-object.ts';
import type { DocumentProblem } from '../../api/documents.ts';
import type { AnyObject, KindName } from '../../api/kinds.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import { isStoredKind, nameOf } from './definition.ts';
import { letGo } from './ingester.ts';
import type { ObjectBook } from './object-book.ts';
import { cutFromFile, writeObjectFile } from './owner-files.ts';
import type { SecretFolder } from './secret-folder.ts';
import type { Sources } from './sources.ts';
import type { StateWriter } from './state-writer.ts';

export interface OwnerDeskOptions {
  readonly paths: readonly string[];
  readonly sources: Sources;
  readonly secrets: SecretFolder | undefined;
  readonly book: ObjectBook;
  readonly writer: StateWriter;
  /** Reads the files that have changed, and takes over what they say now. */
  readonly look: () => void;
}

/** Changes that have to be made in the owner's files. */
export class OwnerDesk {
  readonly #options: OwnerDeskOptions;

  constructor(options: OwnerDeskOptions) {
    this.#options = options;
  }

  create(object: AnyObject): void {
    const { sources, book, paths, secrets, look } = this.#options;
    const { kind } = object;
    const key = formatKey(object.metadata);
    const name = nameOf(kind, key);
    const known = sources.find(kind, key) ?? (isStoredKind(kind) ? book.find(kind, key)?.stored : undefined);
    if (known !== undefined) {
      throw new TidemarkError(
        'AlreadyExists',
        `${name} exists already: it is defined in ${known.place.file}:${known.place.line}`,
      );
    }
    const [issue] = checkObject(kind, asWritten(object), { defaultNamespace: 'default' }).issues ?? [];
    if (issue !== undefined) throw new TidemarkError('ObjectInvalid', `${name}: ${issue.message}`);
    if (object.kind === 'Secret') {
      if (secrets === undefined)
        throw new TidemarkError(
          'UsageError',
          `${name} needs a folder to be written to: name one with --secrets`,
        );
      secrets.create(object);
    } else {
      writeObjectFile(object, paths[0] ?? '-');
    }
    look();
  }

  delete(kind: KindName, key: string): void {
    const { sources, writer, look } = this.#options;
    const definition = sources.find(kind, key);
    if (definition !== undefined) {
      const again = this.#duplicateOf(nameOf(kind, key));
      if (again !== undefined) {
        throw new TidemarkError(
          'Conflict',
          `${nameOf(kind, key)} is defined in ${definition.place.file}:${definition.place.line} and again in ${again.file}:${again.line}: remove one of them first`,
        );
      }
      cutFromFile(definition);
    } else if (!isStoredKind(kind)) {
      throw new TidemarkError(
        'OwnedByFile',
        `${nameOf(kind, key)} is defined in no file: remove it where it comes from`,
      );
    }
    look();
    if (!isStoredKind(kind)) return;
    writer.now('power', (transaction) => {
      const entry = transaction.find(kind, key);
      if (entry !== undefined && sources.find(kind, key) === undefined) letGo(entry, transaction);
    });
  }

  #duplicateOf(name: string): DocumentProblem | undefined {
    return this.#options.sources.duplicates.find(({ object }) => object === name);
  }
}

/** Kinds outside of namespaces have an empty one in memory and none in a file. */
function asWritten(object: AnyObject): object {
  const { namespace, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(namespace === '' ? {} : { namespace }) } };
}
