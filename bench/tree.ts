/** The repository that the figures are measured on: nested folders of manifests of about 41 lines, some of them with a marker. */
export interface TreeOptions {
  readonly files: number;
  readonly markers: number;
  /** The image that stands at marker `n`. */
  readonly image?: (n: number) => string;
  /** So many policies share the markers, which have one each by default. */
  readonly policies?: number;
}

const perFolder = 20;
const foldersPerTeam = 25;

/** Path and content of every file: the same ones each time. Marker `n` names the policy `flux-system:app-<n>`, or they take turns. */
export function benchTree({
  files,
  markers,
  image = defaultImage,
  policies = markers,
}: TreeOptions): ReadonlyMap<string, string> {
  const tree = new Map<string, string>();
  const every = Math.max(1, Math.floor(files / Math.max(1, markers)));
  for (let n = 0; n < files; n++) {
    const folder = Math.floor(n / perFolder);
    const team = Math.floor(folder / foldersPerTeam);
    const marker = n % every === 0 && n / every < markers ? (n / every) % policies : undefined;
    tree.set(
      `teams/team-${team}/app-${folder % foldersPerTeam}/manifest-${n % perFolder}.yaml`,
      manifest(n, marker, image),
    );
  }
  return tree;
}

function defaultImage(n: number): string {
  return `registry.example.com/team/app-${n}:1.0.0`;
}

function manifest(n: number, marker: number | undefined, image: (n: number) => string): string {
  const name = `service-${n}`;
  const line =
    marker === undefined
      ? `          image: registry.example.com/fixed/${name}:1.0.0`
      : `          image: ${image(marker)} # {"$imagepolicy": "flux-system:app-${marker}"}`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: team-${n % 40}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: fleet
spec:
  replicas: ${(n % 5) + 1}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      serviceAccountName: ${name}
      containers:
        - name: main
${line}
          ports:
            - name: http
              containerPort: ${8000 + (n % 1000)}
          env:
            - name: LOG_LEVEL
              value: info
            - name: SERVICE
              value: ${name}
          resources:
            requests:
              cpu: ${(n % 9) + 1}00m
              memory: ${(n % 7) + 1}28Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 10
`;
}
