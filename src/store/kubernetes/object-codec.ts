import * as z from 'zod';

import { apiVersionOf, type KindDefinition } from '../../api/define-kind.ts';
import { kindDefinitions, type KindName, type Kinds } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/object.ts';
import { TidemarkError } from '../../model/errors.ts';
import { compileCompletion } from './complete-fields.ts';

/** What kubectl keeps for its own comparisons: a second copy of every object, which nobody here reads. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The least that anything from an API server has. Everything else of the metadata is picked out field by field. */
const serverObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.int().optional(),
    creationTimestamp: z.string().nullish(),
    deletionTimestamp: z.string().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    finalizers: z.array(z.string()).nullish(),
  }),
});

type ServerObject = z.output<typeof serverObject>;

/** Turns what an API server sends of one kind into our objects, and ours into what it takes. */
export class ObjectCodec<K extends KindName> {
  readonly #kind: K;
  readonly #definition: Pick<KindDefinition, 'group' | 'version' | 'namespaced'>;
  readonly #complete: Readonly<Record<'spec' | 'status', (value: unknown) => unknown>> | undefined;

  constructor(kind: K) {
    const definition: KindDefinition<K, Kinds[K]['spec'], Kinds[K]['status']> = kindDefinitions[kind];
    this.#kind = kind;
    this.#definition = definition;
    const { spec, status } = definition;
    if (spec !== undefined)
      this.#complete = { spec: compileCompletion(spec), status: compileCompletion(status) };
  }

  /** Keeps what is read by somebody, with defaults filled in, and lets go of the rest. Frozen: it is shared. */
  fromServer(raw: unknown): Kinds[K] {
    const parsed = serverObject.safeParse(raw);
    if (!parsed.success)
      throw new TidemarkError('ClusterFailed', `the API server sent something that is no ${this.#kind}`);
    const object = {
      apiVersion: apiVersionOf(this.#definition),
      kind: this.#kind,
      metadata: this.#metadata(parsed.data.metadata),
      ...this.#fields(parsed.data),
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server has checked it against the definition of its kind, and what may be missing has been filled in
    return deepFreeze(object) as unknown as Kinds[K];
  }

  /** For `create`: what a person writes, and nothing that only a server sets. */
  toServer(object: Kinds[K]): object {
    const { apiVersion, kind, metadata, status: _status, ...fields } = object;
    const { name, namespace, labels, annotations, finalizers } = metadata;
    const written = { name, ...(namespace === '' ? {} : { namespace }), labels, annotations, finalizers };
    return { apiVersion, kind, metadata: written, ...fields };
  }

  #metadata(meta: ServerObject['metadata']): ObjectMeta {
    return {
      name: meta.name,
      namespace: this.#definition.namespaced ? (meta.namespace ?? '') : '',
      ...given('uid', meta.uid),
      ...given('resourceVersion', meta.resourceVersion),
      ...given('generation', meta.generation),
      ...given('creationTimestamp', meta.creationTimestamp),
      ...given('deletionTimestamp', meta.deletionTimestamp),
      ...given('labels', meta.labels),
      ...given('annotations', withoutLastApplied(meta.annotations)),
      ...given('finalizers', meta.finalizers),
    };
  }

  #fields(raw: ServerObject): object {
    if (this.#kind === 'Secret') {
      const data = z
        .record(z.string(), z.string())
        .catch({})
        .parse(raw['data'] ?? {});
      return { type: typeof raw['type'] === 'string' ? raw['type'] : 'Opaque', data };
    }
    if (this.#complete === undefined) return {};
    const spec = this.#complete.spec(raw['spec']);
    const status = raw['status'];
    // A definition without a default gives a new object no status at all.
    return isEmpty(status) ? { spec } : { spec, status: this.#complete.status(status) };
  }
}

function isEmpty(status: unknown): boolean {
  return typeof status !== 'object' || status === null || Object.keys(status).length === 0;
}

function withoutLastApplied(
  annotations: Readonly<Record<string, string>> | null | undefined,
): Record<string, string> | undefined {
  if (annotations === undefined || annotations === null) return undefined;
  const { [lastApplied]: _dropped, ...rest } = annotations;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function given<N extends string, V>(name: N, value: V | null | undefined): { readonly [P in N]?: V } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key loses its type
  return (value === undefined || value === null ? {} : { [name]: value }) as { readonly [P in N]?: V };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
