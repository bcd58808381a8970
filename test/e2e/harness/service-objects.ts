/** What one test's objects have of their own; each text stands where it does in YAML. */
export interface ServiceObjects {
  readonly image: string;
  readonly url: string;
  /** How often the image is scanned; `1s` when not said. */
  readonly scans?: string;
  /** How often the automation runs without being woken; `2s` when not said. */
  readonly runs?: string;
  /** Lines of the GitRepository's spec, indented by two. */
  readonly source?: string;
  /** In place of an author alone: what stands in `spec.git.commit`, in flow form. */
  readonly commit?: string;
  /** Lines below `spec.git`, indented by four. */
  readonly git?: string;
}

const author = '{author: {name: Bot, email: bot@example.com}}';

/** One image, its policy, its repository `fleet`, and the automation `web` that commits to `main`; all in the namespace `apps`. */
export function serviceObjects(objects: ServiceObjects): string {
  const { image, url, scans = '1s', runs = '2s', source = '', commit = author, git = '' } = objects;
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps}
spec: {image: ${image}, interval: ${scans}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: apps}
spec:
  imageRepositoryRef: {name: web}
  policy: {semver: {range: '>=1.0.0'}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: apps}
spec:
  interval: 1m
  url: ${url}
  ref: {branch: main}
${source}---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: web, namespace: apps}
spec:
  interval: ${runs}
  sourceRef: {kind: GitRepository, name: fleet}
  git:
    commit: ${commit}
${git}  update: {path: ./}
`;
}
