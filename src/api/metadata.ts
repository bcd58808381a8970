import * as z from 'zod';

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const qualifiedNamePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const objectName = z
  .string()
  .max(253)
  .regex(new RegExp(`^${dnsLabel}(\\.${dnsLabel})*$`), {
    error:
      'must consist of lower case letters, digits, "-" and ".", and begin and end with a letter or digit',
  });

const namespaceName = z
  .string()
  .max(63)
  .regex(new RegExp(`^${dnsLabel}$`), {
    error: 'must consist of lower case letters, digits and "-", and begin and end with a letter or digit',
  });

const labelKey = z.string().refine(isQualifiedName, {
  error:
    'must be a name of at most 63 letters, digits, "-", "_" and ".", with an optional prefix such as example.com/',
});

const labelValue = z
  .string()
  .refine((text) => text === '' || (text.length <= 63 && qualifiedNamePart.test(text)), {
    error: 'must be at most 63 letters, digits, "-", "_" and ".", and begin and end with a letter or digit',
  });

/** The metadata that a person writes. */
const written = {
  name: objectName.describe('The name of the object.'),
  namespace: namespaceName.optional().describe('The namespace of the object.'),
  labels: z.record(labelKey, labelValue).optional().describe('Labels, to select objects by.'),
  annotations: z.record(z.string(), z.string()).optional().describe('Annotations.'),
};

const ignored = z.unknown().optional();

/** Metadata as it may stand in a file. What the API server adds, and `kubectl get -o yaml` shows, is accepted and ignored. */
export const writtenMetadata = z.strictObject({
  ...written,
  uid: ignored,
  resourceVersion: ignored,
  generation: ignored,
  creationTimestamp: ignored,
  deletionTimestamp: ignored,
  deletionGracePeriodSeconds: ignored,
  finalizers: ignored,
  generateName: ignored,
  managedFields: ignored,
  ownerReferences: ignored,
  selfLink: ignored,
});

export type WrittenMetadata = z.output<z.ZodObject<typeof written>>;

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const prefixFine = prefix === undefined || (prefix.length <= 253 && objectName.safeParse(prefix).success);
  return prefixFine && name.length <= 63 && qualifiedNamePart.test(name);
}
