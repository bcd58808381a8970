import * as z from 'zod';

/** metav1.Status: how the API server says that something failed, or that an object is gone. */
const apiStatus = z.looseObject({
  kind: z.literal('Status'),
  code: z.int().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .looseObject({
      name: z.string().optional(),
      kind: z.string().optional(),
      uid: z.string().optional(),
      retryAfterSeconds: z.int().optional(),
      causes: z
        .array(
          z.looseObject({
            field: z.string().optional(),
            message: z.string().optional(),
            reason: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

export type ApiStatus = z.output<typeof apiStatus>;

/** The Status that `value` is, or undefined when it is something else. */
export function asApiStatus(value: unknown): ApiStatus | undefined {
  const parsed = apiStatus.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The Status in the body of an answer, or undefined when there is none (a proxy's error page, `404 page not found`). */
export function parseApiStatus(body: string): ApiStatus | undefined {
  try {
    return asApiStatus(JSON.parse(body));
  } catch {
    return undefined;
  }
}
