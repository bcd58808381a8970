import * as z from 'zod';

/** A validation rule across fields, as the API server checks it and as we check it. */
export interface Rule<Spec> {
  /** The CEL expression over the spec, for the CRD. */
  readonly rule: string;
  readonly message: string;
  /** Where a person should look, relative to the object: `['spec', 'interval']`. */
  readonly path: readonly string[];
  /** The same rule in TypeScript: true when the spec is fine. */
  check(spec: Spec): boolean;
}

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  /** 1 shows the column only with `-o wide`. */
  readonly priority?: number;
  readonly description?: string;
}

/** Everything that is true of one kind. Validation, defaults, CRDs and reference pages all come from this. */
export interface KindDefinition<Name extends string = string, Spec = unknown, Status = unknown> {
  readonly group: string;
  readonly version: string;
  readonly kind: Name;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly printerColumns: readonly PrinterColumn[];
  /** Annotations of the CRD. */
  readonly crdAnnotations: Readonly<Record<string, string>>;
  /** One sentence for people. */
  readonly description: string;
  /**
   * The top-level fields beside apiVersion, kind and metadata, as they are written, turned into those of the object.
   * Unknown fields are refused, status is dropped.
   */
  readonly fields: z.ZodType<object>;
  /** The schema of `spec`; absent for the core kinds that we only read. */
  readonly spec?: z.ZodType<Spec>;
  readonly status?: z.ZodType<Status>;
  readonly rules: readonly Rule<Spec>[];
}

/** What has to be said about a kind; the rest follows. */
export type KindFacts<Name extends string, Spec, Status> = Pick<
  KindDefinition<Name, Spec, Status>,
  'group' | 'version' | 'kind' | 'plural' | 'description' | 'fields'
> &
  Partial<KindDefinition<Name, Spec, Status>>;

/** Completes the definition of a kind. */
export function defineKind<Name extends string, Spec, Status>(
  facts: KindFacts<Name, Spec, Status>,
): KindDefinition<Name, Spec, Status> {
  return {
    singular: facts.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    printerColumns: [],
    crdAnnotations: {},
    rules: [],
    ...facts,
  };
}

/** `image.toolkit.fluxcd.io/v1`, or `v1` for the core group. */
export function apiVersionOf(definition: Pick<KindDefinition, 'group' | 'version'>): string {
  return definition.group === '' ? definition.version : `${definition.group}/${definition.version}`;
}

/** The top-level fields of a kind that has a spec and a status. */
export function specAndStatus(spec: z.ZodType): z.ZodType<{ spec: unknown }> {
  return z
    .strictObject({ spec, status: z.unknown().optional() })
    .transform((fields) => ({ spec: fields.spec }));
}
