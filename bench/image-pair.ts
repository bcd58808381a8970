/** An ImageRepository and the ImagePolicy over it, as YAML. */
export function imagePair(n: number, namespace: string, image: string): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata:
  name: app-${n}
  namespace: ${namespace}
spec:
  image: ${image}
  interval: 1h
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata:
  name: app-${n}
  namespace: ${namespace}
spec:
  imageRepositoryRef:
    name: app-${n}
  filterTags:
    pattern: '^branch-dev-(?P<ts>[0-9]+)-[0-9a-f]+$'
    extract: '$ts'
  policy:
    numerical:
      order: asc
`;
}
