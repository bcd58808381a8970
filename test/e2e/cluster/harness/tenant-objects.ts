/** What teams apply in these tests, as short as it can be. */
export function namespaceOf(name: string, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export function imageRepository(namespace: string, name: string, spec: object): object {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageRepository',
    metadata: { namespace, name },
    spec: { interval: '1h', ...spec },
  };
}

export function imagePolicy(namespace: string, name: string, spec: object = {}): object {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata: { namespace, name },
    spec: { imageRepositoryRef: { name }, policy: { semver: { range: '>=0.0.0' } }, ...spec },
  };
}

export function gitRepository(namespace: string, name: string, spec: object): object {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { namespace, name },
    spec: { interval: '1h', ref: { branch: 'main' }, ...spec },
  };
}

export function automation(
  namespace: string,
  name: string,
  {
    sourceRef = {},
    messageTemplate,
  }: { readonly sourceRef?: object; readonly messageTemplate?: string } = {},
): object {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageUpdateAutomation',
    metadata: { namespace, name },
    spec: {
      interval: '1h',
      sourceRef: { kind: 'GitRepository', name, ...sourceRef },
      git: {
        commit: {
          author: { name: 'Bot', email: 'bot@example.com' },
          ...(messageTemplate === undefined ? {} : { messageTemplate }),
        },
      },
      update: { path: '.', strategy: 'Setters' },
    },
  };
}

export function pullSecret(
  namespace: string,
  name: string,
  auths: Readonly<Record<string, { readonly username: string; readonly password: string }>>,
): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  };
}
