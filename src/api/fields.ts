import * as z from 'zod';

// Pieces that several kinds share. Every field carries the sentence that CRDs and reference pages show.

/** `5m`, `1h30m`, `500ms`. */
export const duration = z.string().regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/, {
  error: 'must be a duration such as 30s, 5m or 1h30m',
});

/** A duration without hours: what Flux accepts as a timeout. */
export const shortDuration = z.string().regex(/^([0-9]+(\.[0-9]+)?(ms|s|m))+$/, {
  error:
    'must be a duration in minutes, seconds or milliseconds such as 90s or 5m (hours are not accepted here)',
});

/** A reference to an object in the same namespace. */
export const localReference = z.strictObject({
  name: z.string().describe('Name of the referent.'),
});

/** A reference to an object, in the same namespace unless one is given. */
export const namespacedReference = z.strictObject({
  name: z.string().describe('Name of the referent.'),
  namespace: z
    .string()
    .optional()
    .describe('Namespace of the referent; when not set, that of the object itself.'),
});

export const stringMap = z.record(z.string(), z.string());

/** metav1.LabelSelector. */
export const labelSelector = z.strictObject({
  matchLabels: stringMap.optional().describe('Labels that must all be present with these values.'),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string().describe('The label that the requirement is about.'),
        operator: z.string().describe('In, NotIn, Exists or DoesNotExist.'),
        values: z.array(z.string()).optional().describe('Values for In and NotIn.'),
      }),
    )
    .optional()
    .describe('Requirements that must all hold.'),
});

/** Who from other namespaces may refer to an object. */
export const accessFrom = z.strictObject({
  namespaceSelectors: z
    .array(
      z.strictObject({
        matchLabels: stringMap
          .optional()
          .describe('Labels that the namespace must all have; empty matches every namespace.'),
      }),
    )
    .describe('Selectors of which at least one must match the labels of the namespace.'),
});

export const condition = z.object({
  type: z
    .string()
    .max(316)
    .regex(
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
    )
    .describe('What the condition is about, in CamelCase.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe('The generation of the object that the condition was set for.'),
  lastTransitionTime: z.iso.datetime({ offset: true }).describe('When the condition last changed.'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('Why, as one CamelCase word for programs.'),
  message: z.string().max(32768).describe('Why, for people.'),
});

/** The fields that every status has. */
export const statusFields = {
  observedGeneration: z.int().optional().describe('The last generation that was reconciled.'),
  conditions: z.array(condition).optional().describe('The conditions of the object.'),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The last value of the reconcile request annotation that a run has been completed for.'),
} as const;
