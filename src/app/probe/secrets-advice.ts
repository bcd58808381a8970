/** Where the Secrets that objects of a namespace name come from. */
export function secretsAdvice(namespace: string): string {
  return `Secrets belong into namespace ${namespace}: make them with tidemark create secret -n ${namespace}; without a cluster say --secrets DIR, or -f with the manifests`;
}
