import type { KindName } from '../../../../src/api/kinds.ts';

/** One object of each of our kinds in which every field of the spec is set. */
export const fullSpecs: Readonly<Partial<Record<KindName, object>>> = {
  ImageRepository: {
    image: 'registry.example.com/org/app',
    interval: '5m',
    timeout: '30s',
    secretRef: { name: 'pull' },
    proxySecretRef: { name: 'proxy' },
    serviceAccountName: 'robot',
    certSecretRef: { name: 'tls' },
    suspend: false,
    accessFrom: { namespaceSelectors: [{ matchLabels: { team: 'a' } }] },
    exclusionList: [String.raw`^.*\.sig$`, '^x'],
    provider: 'generic',
    insecure: true,
  },
  ImagePolicy: {
    imageRepositoryRef: { name: 'app', namespace: 'apps' },
    policy: {
      semver: { range: '>=1.0.0' },
      alphabetical: { order: 'asc' },
      numerical: { order: 'desc' },
    },
    filterTags: { pattern: '^v(?P<n>.*)$', extract: '$n' },
    digestReflectionPolicy: 'Always',
    interval: '10m',
    suspend: true,
  },
  ImageUpdateAutomation: {
    sourceRef: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      name: 'repo',
      namespace: 'flux-system',
    },
    git: {
      checkout: { ref: { branch: 'main', tag: 'v1', semver: '1.x', name: 'refs/heads/main', commit: 'abc' } },
      commit: {
        author: { name: 'bot', email: 'bot@example.com' },
        signingKey: { secretRef: { name: 'key' }, type: 'gpg' },
        messageTemplate: 'update',
        messageTemplateValues: { a: 'b' },
      },
      push: { branch: 'updates', refspec: 'refs/heads/a:refs/heads/b', options: { 'ci.skip': '' } },
    },
    interval: '1h30m',
    policySelector: {
      matchLabels: { team: 'a' },
      matchExpressions: [{ key: 'env', operator: 'In', values: ['dev'] }],
    },
    update: { strategy: 'Setters', path: './apps' },
    suspend: false,
  },
  GitRepository: {
    url: 'https://git.example.com/org/repo',
    interval: '1m',
    timeout: '20s',
    secretRef: { name: 'git' },
    provider: 'aws',
    serviceAccountName: 'robot',
    ref: { branch: 'main', tag: 'v1', semver: '1.x', name: 'refs/heads/main', commit: 'abc' },
    verify: { mode: 'HEAD', secretRef: { name: 'keys' } },
    proxySecretRef: { name: 'proxy' },
    ignore: '*.md',
    suspend: true,
    recurseSubmodules: true,
    include: [{ repository: { name: 'other' }, fromPath: 'a', toPath: 'b' }],
    sparseCheckout: ['apps'],
  },
};
