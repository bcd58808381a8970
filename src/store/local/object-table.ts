import { relative, resolve } from 'node:path';

import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey, parseKey } from '../../model/object-key.ts';
import type { Overlay } from './overlay.ts';
import { noOverlay } from './overlay.ts';
import type { Sources } from './sources.ts';
import type { Row, StateDatabase } from './state-database.ts';
import type { StoredKind, StoredObject } from './stored-object.ts';
import { deepFreeze, parseManifest } from './stored-object.ts';

/** An object that another process removed. */
export interface Removal {
  readonly kind: StoredKind;
  readonly key: string;
}

/** So many removals are remembered for processes that have not looked for a while. */
const removalsKept = 10_000;

/** The rows of objects in the state database. */
export class ObjectTable {
  readonly #database: StateDatabase;
  readonly #sources: Sources;
  readonly #folder: string;

  constructor(database: StateDatabase, sources: Sources, folder: string) {
    this.#database = database;
    this.#sources = sources;
    this.#folder = folder;
  }

  /** The newest revision. */
  revision(): number {
    return Number(this.#database.get('SELECT revision FROM counter')?.['revision']);
  }

  setRevision(revision: number): void {
    this.#database.run('UPDATE counter SET revision = ?', [revision]);
  }

  changedSince(revision: number): readonly StoredObject[] {
    return this.#database
      .all('SELECT * FROM object WHERE revision > ? ORDER BY revision', [revision])
      .map((row) => this.#toStored(row));
  }

  removedSince(revision: number): readonly Removal[] {
    const rows = this.#database.all('SELECT * FROM removal WHERE revision > ? ORDER BY revision', [revision]);
    return rows.map((row) => ({ kind: kindOf(row), key: formatKey(keyOf(row)) }));
  }

  insert(stored: StoredObject): void {
    const { namespace, name } = parseKey(stored.key);
    this.#database.run(
      `INSERT INTO object (kind, namespace, name, uid, created, generation, revision, deleted, overlay, status,
       file, line, manifest, manifest_hash, spec_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        stored.kind,
        namespace,
        name,
        stored.uid,
        stored.created,
        ...changingColumns(stored),
        ...this.#manifestColumns(stored),
      ],
    );
  }

  update(stored: StoredObject, before: StoredObject): void {
    const { namespace, name } = parseKey(stored.key);
    const where = [stored.kind, namespace, name];
    this.#database.run(
      `UPDATE object SET generation = ?, revision = ?, deleted = ?, overlay = ?, status = ?, spec_hash = ?
       WHERE kind = ? AND namespace = ? AND name = ?`,
      [...changingColumns(stored), stored.specHash, ...where],
    );
    if (stored.manifest === before.manifest && stored.place === before.place) return;
    this.#database.run(
      `UPDATE object SET file = ?, line = ?, manifest = ?, manifest_hash = ?, spec_hash = ?
       WHERE kind = ? AND namespace = ? AND name = ?`,
      [...this.#manifestColumns(stored), ...where],
    );
  }

  remove({ kind, key }: Removal, revision: number): void {
    const { namespace, name } = parseKey(key);
    const where = [kind, namespace, name];
    this.#database.run('DELETE FROM object WHERE kind = ? AND namespace = ? AND name = ?', where);
    this.#database.run('INSERT INTO removal VALUES (?, ?, ?, ?)', [revision, ...where]);
    this.#database.run(
      'DELETE FROM removal WHERE revision <= (SELECT revision FROM removal ORDER BY revision DESC LIMIT 1 OFFSET ?)',
      [removalsKept],
    );
  }

  #manifestColumns(stored: StoredObject): readonly [string, number, string, string, string] {
    // Relative, so that a checkout can be moved together with its state.
    const file = stored.absolute === '-' ? '-' : relative(this.#folder, stored.absolute);
    return [file, stored.place.line, JSON.stringify(stored.manifest), stored.manifestHash, stored.specHash];
  }

  #toStored(row: Row): StoredObject {
    const kind = kindOf(row);
    const key = formatKey(keyOf(row));
    const file = text(row, 'file');
    const absolute = file === '-' ? '-' : resolve(this.#folder, file);
    const manifestHash = text(row, 'manifest_hash');
    const definition = this.#sources.find(kind, key);
    // One copy of a manifest is enough.
    const shared = definition !== undefined && 'hash' in definition && definition.hash === manifestHash;
    const status = row['status'];
    return {
      kind,
      key,
      manifest: shared ? definition.manifest : parseManifest(text(row, 'manifest')),
      manifestHash,
      specHash: text(row, 'spec_hash'),
      place: { file: this.#sources.display(absolute), line: Number(row['line']) },
      absolute,
      uid: text(row, 'uid'),
      generation: Number(row['generation']),
      revision: Number(row['revision']),
      created: text(row, 'created'),
      deleted: typeof row['deleted'] === 'string' ? row['deleted'] : undefined,
      overlay: row['overlay'] === '{}' ? noOverlay : fromJson<Overlay>(text(row, 'overlay')),
      status: typeof status === 'string' ? fromJson<object>(status) : undefined,
    };
  }
}

function changingColumns(stored: StoredObject): readonly (string | number | null)[] {
  const { generation, revision, deleted, overlay, status } = stored;
  const statusText = status === undefined ? null : JSON.stringify(status);
  return [generation, revision, deleted ?? null, JSON.stringify(overlay), statusText];
}

function keyOf(row: Row): ObjectKey {
  return { namespace: text(row, 'namespace'), name: text(row, 'name') };
}

function kindOf(row: Row): StoredKind {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this module writes the column
  return text(row, 'kind') as StoredKind;
}

function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

function fromJson<T>(json: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this module writes the column
  return deepFreeze(JSON.parse(json) as T);
}
