import type { AnyObject, KindName, Kinds } from '../../api/kinds.ts';
import { formatKey } from '../../model/object-key.ts';
import type { Happening } from '../watch-hub.ts';
import { isLater } from './version-order.ts';

const mostGraves = 1000;

/**
 * What is known of the objects of one kind: what the watch has told, with our own writes that it has yet to tell laid over it.
 *
 * Three things keep it straight. A version that is not later than the one at hand is old news. A write of ours that the watch has
 * passed already says nothing new (the object may be gone since). And an object that we have deleted stays gone, by its uid,
 * although older news of it may still come.
 */
export class KindCache<K extends KindName> {
  readonly #kind: K;
  readonly #publish: (happening: Happening) => void;
  readonly #objects = new Map<string, Kinds[K]>();
  /** Objects that we have deleted and the watch has yet to report, by uid. */
  readonly #buried = new Set<string>();
  /** Everything up to here has come from the server. */
  #reached = '0';

  constructor(kind: K, publish: (happening: Happening) => void) {
    this.#kind = kind;
    this.#publish = publish;
  }

  /** The version that the watch has reached. */
  get reached(): string {
    return this.#reached;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): Kinds[K] | undefined {
    return this.#objects.get(key);
  }

  all(): Iterable<Kinds[K]> {
    return this.#objects.values();
  }

  /** The server has confirmed a write of ours. */
  wrote(object: Kinds[K]): void {
    const { resourceVersion = '', uid = '' } = object.metadata;
    if (isLater(resourceVersion, this.#reached) && !this.#buried.has(uid)) this.#put(object);
  }

  /** The server has confirmed that an object is gone because of us. */
  deleted(key: string, uid: string): void {
    const known = this.#objects.get(key);
    this.#buried.add(uid);
    // Graves of objects that the watch had taken away before stay until the next list, or until there are many.
    const [oldest] = this.#buried;
    if (oldest !== undefined && this.#buried.size > mostGraves) this.#buried.delete(oldest);
    if (known?.metadata.uid === uid) this.#drop(key, known);
  }

  /** The watch tells of an object that is there. */
  present(object: Kinds[K], version: string): void {
    this.#reached = version;
    if (!this.#buried.has(object.metadata.uid ?? '')) this.#put(object);
  }

  /** The watch tells of an object that is gone, or has left the selection. */
  absent(object: Kinds[K], version: string): void {
    this.#reached = version;
    const { uid = '' } = object.metadata;
    const key = formatKey(object.metadata);
    this.#buried.delete(uid);
    const known = this.#objects.get(key);
    if (known?.metadata.uid === uid) this.#drop(key, known);
  }

  /** The watch has come so far without news. */
  passed(version: string): void {
    this.#reached = version;
  }

  /**
   * A list of everything, of the moment `version`: what is missing in it is gone. One that is older than what we have seen is the
   * truth nevertheless: then etcd was restored from a backup.
   */
  replace(objects: readonly Kinds[K][], version: string): void {
    const wentBack = isLater(this.#reached, version);
    if (wentBack) this.#buried.clear();
    this.#reached = version;
    const listed = new Set<string>();
    for (const object of objects) {
      const { uid = '' } = object.metadata;
      listed.add(uid);
      if (this.#buried.has(uid)) continue;
      if (wentBack) this.#overwrite(object);
      else this.#put(object);
    }
    for (const [key, known] of this.#objects) {
      const { uid = '', resourceVersion = '' } = known.metadata;
      const isNewer = !wentBack && isLater(resourceVersion, version);
      if (!listed.has(uid) && !isNewer) this.#drop(key, known);
    }
    for (const uid of this.#buried) if (!listed.has(uid)) this.#buried.delete(uid);
  }

  #put(object: Kinds[K]): void {
    const key = formatKey(object.metadata);
    const known = this.#objects.get(key);
    if (known !== undefined) {
      const isSame = known.metadata.uid === object.metadata.uid;
      if (!isLater(object.metadata.resourceVersion ?? '', known.metadata.resourceVersion ?? '')) return;
      // Made anew under the same name: nobody may take it for the old one.
      if (!isSame) this.#drop(key, known);
    }
    this.#overwrite(object);
  }

  #overwrite(object: Kinds[K]): void {
    const key = formatKey(object.metadata);
    const before = this.#objects.get(key);
    if (before !== undefined && before.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    this.#tell(before, object);
  }

  #drop(key: string, known: Kinds[K]): void {
    this.#objects.delete(key);
    this.#tell(known, undefined);
  }

  #tell(before: AnyObject | undefined, after: AnyObject | undefined): void {
    this.#publish({ kind: this.#kind, before, after });
  }
}
