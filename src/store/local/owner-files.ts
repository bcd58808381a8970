import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { FoundObject } from '../../api/documents.ts';
import type { AnyObject } from '../../api/kinds.ts';
import { decodeDocument, readDocuments } from '../../api/read-documents.ts';
import { encodeYaml } from '../../go/yaml/encode-yaml.ts';
import { TidemarkError, messageOf } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import type { Definition } from './definition.ts';
import { nameOf } from './definition.ts';
import { isBlank, removeDocument } from './remove-document.ts';
import { createFile, replaceFile } from './write-file.ts';

// The only writing that is ever done in the owner's files: a new file for a new object, and one document less for a deleted one.

/** Writes a file of its own for the object into `folder`, and returns where. Throws `AlreadyExists` rather than overwrite. */
export function writeObjectFile(object: AnyObject, folder: string): string {
  if (folder === '-' || !statSync(folder).isDirectory()) {
    throw new TidemarkError(
      'UsageError',
      `${folder} is not a folder: a new object goes into a file of its own in the first path`,
    );
  }
  const { name, namespace, labels, annotations } = object.metadata;
  const parts = [object.kind.toLowerCase(), ...(namespace === '' ? [] : [namespace]), name];
  const path = join(folder, `${parts.join('-')}.yaml`);
  const metadata = { name, ...(namespace === '' ? {} : { namespace }), labels, annotations };
  const text = encodeYaml({ apiVersion: object.apiVersion, kind: object.kind, metadata, spec: object.spec });
  createFile(path, Buffer.from(text, 'utf8'));
  return path;
}

/** Cuts the document of an object out of its file, byte for byte, and removes the file when nothing is left. */
export function cutFromFile(definition: Definition): void {
  const { file } = definition.place;
  const name = nameOf(definition.kind, definition.key);
  const refuse = (why: string): TidemarkError =>
    new TidemarkError('OwnedByFile', `${name} cannot be cut out of ${file}: ${why}; remove it there by hand`);
  if (definition.absolute === '-') throw refuse('it came from standard input');
  const bytes = read(file);
  const text = decodeDocument(bytes) ?? '';
  const { objects: before, problems } = readDocuments(bytes, file);
  const [found, ...others] = before.filter(
    (one) => nameOf(one.object.kind, formatKey(one.object.metadata)) === name,
  );
  if (found === undefined && problems.length > 0) throw refuse('the file is broken');
  if (found === undefined) throw new TidemarkError('NotFound', `${name} is not in ${file} any more`);
  if (others.length > 0) throw refuse(`it stands there more than once`);
  const left = removeDocument(text, found);
  if (left === undefined || !onlyLost(before, found, left))
    throw refuse('the way it is written there does not allow it');
  if (isBlank(left)) rmSync(file);
  else replaceFile(file, Buffer.from(left, 'utf8'));
}

/** Reads the result again: all objects but one are there, unchanged. */
function onlyLost(before: readonly FoundObject[], lost: FoundObject, text: string): boolean {
  const after = readDocuments(Buffer.from(text, 'utf8'), lost.file).objects;
  const expected = before.filter((one) => one !== lost);
  return isDeepStrictEqual(
    after.map(({ object }) => object),
    expected.map(({ object }) => object),
  );
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TidemarkError('NotFound', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
