import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { Secret } from '../../api/secret.ts';
import { TidemarkError, messageOf } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey } from '../../model/object-key.ts';
import { fingerprinted } from './definition.ts';
import { secretFolderAt, writeSecretFolder } from './secret-files.ts';

const objectName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const dataKey = /^[-._a-zA-Z0-9]+$/;
/** What the API server allows for a whole Secret. */
const largestFile = 1024 * 1024;
/** How often a Secret is read that is replaced over and over. */
const mostReadings = 5;

/** Secrets as files, laid out `<namespace>/<name>/<key>`, as mounted Secrets are. Read anew each time: nothing of them is kept. */
export class SecretFolder {
  readonly #folder: string;
  readonly #salt: Buffer;

  constructor(folder: string, salt: Buffer) {
    this.#folder = resolve(folder);
    this.#salt = salt;
    if (!isFolder(this.#folder))
      throw new TidemarkError('UsageError', `${folder}: there is no such folder of secrets`);
  }

  get path(): string {
    return this.#folder;
  }

  /** The Secret as it is on the disk now, or undefined when there is no such folder. */
  read(key: ObjectKey): Secret | undefined {
    if (!objectName.test(key.namespace) || !objectName.test(key.name)) return undefined;
    const data = readWhole(this.#folderOf(key));
    if (data === undefined) return undefined;
    const metadata = { name: key.name, namespace: key.namespace };
    return fingerprinted(
      { apiVersion: 'v1', kind: 'Secret', metadata, type: guessType(data), data },
      this.#salt,
    );
  }

  /** All Secrets there are, by namespace and name. */
  keys(): readonly ObjectKey[] {
    return foldersIn(this.#folder).flatMap((namespace) =>
      foldersIn(join(this.#folder, namespace)).map((name) => ({ namespace, name })),
    );
  }

  /** The folders in which something may change, and which folder stands there now. */
  folders(): ReadonlyMap<string, string> {
    const paths = [this.#folder];
    for (const namespace of foldersIn(this.#folder)) {
      paths.push(join(this.#folder, namespace));
      for (const name of foldersIn(join(this.#folder, namespace)))
        paths.push(join(this.#folder, namespace, name));
    }
    return new Map(paths.map((path) => [path, identityOf(path)]));
  }

  /** Writes a new Secret, all of it or nothing, for its owner only. */
  create(secret: Secret): void {
    const folder = this.#folderOf(secret.metadata);
    if (isFolder(folder)) {
      throw new TidemarkError(
        'AlreadyExists',
        `Secret ${formatKey(secret.metadata)} exists already in ${folder}`,
      );
    }
    writeSecretFolder(folder, secret);
  }

  /** Writes a Secret, new or in place of the one that is there: whoever reads sees all of the old one or all of the new. */
  put(secret: Secret): { readonly applied: 'created' | 'updated'; readonly place: string } {
    const place = this.#folderOf(secret.metadata);
    const applied = secretFolderAt(place) === undefined ? 'created' : 'updated';
    writeSecretFolder(place, secret);
    return { applied, place };
  }

  #folderOf({ namespace, name }: ObjectKey): string {
    return join(this.#folder, namespace, name);
  }
}

/** All keys of one moment: a Secret that was replaced while it was read is read again. */
function readWhole(place: string): Readonly<Record<string, string>> | undefined {
  for (let patience = mostReadings; ; patience -= 1) {
    const folder = secretFolderAt(place);
    if (folder === undefined) return undefined;
    const identity = identityOf(folder);
    try {
      const data = Object.fromEntries(dataFiles(folder).map((name) => [name, readValue(join(folder, name))]));
      if (identityOf(folder) === identity || patience <= 1) return data;
    } catch (error) {
      if (identityOf(folder) === identity || patience <= 1) throw error;
    }
  }
}

/** A mounted Secret shows its keys as links through `..data`; names that begin so are its machinery. */
function dataFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => dataKey.test(name) && !name.startsWith('..') && isFile(join(folder, name)))
    .sort();
}

function readValue(path: string): string {
  try {
    return readFileSync(path).toString('base64');
  } catch (error) {
    throw new TidemarkError(
      'CredentialsInvalid',
      `the secret file ${path} cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function guessType(data: Readonly<Record<string, string>>): string {
  const has = (key: string): boolean => Object.hasOwn(data, key);
  if (has('.dockerconfigjson')) return 'kubernetes.io/dockerconfigjson';
  if (has('.dockercfg')) return 'kubernetes.io/dockercfg';
  return has('tls.crt') && has('tls.key') ? 'kubernetes.io/tls' : 'Opaque';
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => objectName.test(name) && isFolder(join(folder, name)))
      .sort();
  } catch {
    // It has gone, or is not for us.
    return [];
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  const stats = statOf(path);
  return stats !== undefined && stats.isFile() && stats.size <= largestFile;
}

function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}:${realpathSync(path)}`;
  } catch {
    return '';
  }
}
