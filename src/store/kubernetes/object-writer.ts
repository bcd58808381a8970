import type { KindName, Kinds } from '../../api/kinds.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { MetadataPatch, WriteOptions } from '../store.ts';
import type { ApiRequest } from './api-request.ts';
import { asApiStatus } from './api-status.ts';
import type { KubeClient } from './kube-client.ts';
import { isEmptyPatch, mergePatch } from './merge-patch.ts';
import type { MergePatch } from './merge-patch.ts';
import { ObjectCodec } from './object-codec.ts';
import type { ObjectReader } from './object-reader.ts';
import { nameOf, resourceOf } from './resource.ts';
import { isLater } from './version-order.ts';

export interface ObjectWriterOptions<K extends KindName> {
  readonly kind: K;
  readonly client: KubeClient;
  readonly reader: ObjectReader<K>;
  /** Reads past the cache. */
  readonly fresh: Pick<ObjectReader<K>, 'get'>;
}

const mostTries = 5;

/** Writes objects of one kind, and tells the reader what the server has confirmed. */
export class ObjectWriter<K extends KindName> {
  readonly #options: ObjectWriterOptions<K>;
  readonly #codec: ObjectCodec<K>;

  constructor(options: ObjectWriterOptions<K>) {
    this.#options = options;
    this.#codec = new ObjectCodec(options.kind);
  }

  async create(object: Kinds[K]): Promise<Kinds[K]> {
    const { client, kind } = this.#options;
    const { namespace, name } = object.metadata;
    const created = await client.request({
      verb: 'create',
      resource: resourceOf(kind),
      key: { namespace, name },
      query: { fieldValidation: 'Strict' },
      body: this.#codec.toServer(object),
    });
    return this.#confirmed(created);
  }

  /**
   * Replaces the status. The patch holds what differs from the status at hand, under the condition that the object still has the
   * version at hand: somebody else's change in between is never half overwritten.
   */
  async writeStatus(key: ObjectKey, status: object, options: WriteOptions): Promise<Kinds[K]> {
    const wanted = withoutUndefined(status);
    for (let tries = 1; ; tries += 1) {
      const base = await this.#base(key, options);
      const patch = mergePatch(base.status ?? {}, wanted);
      const isDone = base.status !== undefined && isEmptyPatch(patch);
      if (isDone) return base;
      const { resourceVersion } = base.metadata;
      try {
        return await this.#patch(
          key,
          { metadata: { resourceVersion }, status: patch },
          { subresource: 'status' },
        );
      } catch (error) {
        const isOurs = options.resourceVersion === undefined && isTidemarkError(error, 'Conflict');
        if (!isOurs || tries === mostTries) throw error;
      }
    }
  }

  async patchMetadata(key: ObjectKey, patch: MetadataPatch, options: WriteOptions): Promise<Kinds[K]> {
    const { annotations, labels, finalizers } = patch;
    return this.#patch(key, { metadata: { annotations, labels, finalizers, ...options } });
  }

  async patchSpec(key: ObjectKey, patch: MergePatch, options: WriteOptions): Promise<Kinds[K]> {
    return this.#patch(key, { metadata: options, spec: patch }, { query: { fieldValidation: 'Strict' } });
  }

  async delete(key: ObjectKey, { resourceVersion }: WriteOptions): Promise<void> {
    const { client, kind, reader } = this.#options;
    const preconditions = resourceVersion === undefined ? {} : { preconditions: { resourceVersion } };
    const answer = await client.request({
      verb: 'delete',
      resource: resourceOf(kind),
      key,
      body: { apiVersion: 'v1', kind: 'DeleteOptions', ...preconditions },
    });
    const status = asApiStatus(answer);
    // The answer is the object when something keeps it from going at once.
    if (status === undefined) this.#confirmed(answer);
    else if (status.details?.uid !== undefined) reader.deleted(key, status.details.uid);
  }

  async #patch(
    key: ObjectKey,
    body: MergePatch,
    how: Pick<ApiRequest, 'subresource' | 'query'> = {},
  ): Promise<Kinds[K]> {
    const { client, kind } = this.#options;
    try {
      return this.#confirmed(
        await client.request({ verb: 'patch', resource: resourceOf(kind), key, body, ...how }),
      );
    } catch (error) {
      if (isTidemarkError(error, 'Conflict')) await this.#refresh(key);
      throw error;
    }
  }

  /** Whoever is told of a conflict reads again at once: it must not be what was there before, because the watch is a moment behind. */
  async #refresh(key: ObjectKey): Promise<void> {
    const object = await this.#options.fresh.get(key);
    if (object !== undefined) this.#options.reader.wrote(object);
  }

  #confirmed(answer: unknown): Kinds[K] {
    const { reader } = this.#options;
    const object = this.#codec.fromServer(answer);
    const { uid = '', deletionTimestamp, finalizers = [] } = object.metadata;
    // The write that removes the last finalizer of an object that is being deleted is its end.
    if (deletionTimestamp !== undefined && finalizers.length === 0) reader.deleted(object.metadata, uid);
    else reader.wrote(object);
    return object;
  }

  /** The object that a status is written over. Throws `Conflict` when it is not the version that the caller means. */
  async #base(key: ObjectKey, { resourceVersion }: WriteOptions): Promise<Kinds[K]> {
    const { reader, fresh, kind } = this.#options;
    const known = await reader.get(key);
    const version = known?.metadata.resourceVersion ?? '';
    if (known !== undefined && (resourceVersion === undefined || version === resourceVersion)) return known;
    if (known !== undefined && resourceVersion !== undefined && isLater(version, resourceVersion))
      throw this.#changed(key, resourceVersion);
    const object = await fresh.get(key);
    if (object === undefined)
      throw new TidemarkError('NotFound', `there is no ${nameOf(resourceOf(kind), key)}`);
    if (resourceVersion !== undefined && object.metadata.resourceVersion !== resourceVersion)
      throw this.#changed(key, resourceVersion);
    return object;
  }

  #changed(key: ObjectKey, version: string): TidemarkError {
    const name = nameOf(resourceOf(this.#options.kind), key);
    return new TidemarkError(
      'Conflict',
      `${name} has changed since version ${version} was read: read it again`,
    );
  }
}

/** A status as it will be stored: what is undefined is not there. */
function withoutUndefined(status: object): object {
  const stored: unknown = JSON.parse(JSON.stringify(status));
  return typeof stored === 'object' && stored !== null ? stored : {};
}
