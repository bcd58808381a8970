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

const artifact = {
  path: 'gitrepository/apps/repo/4b1f.tar.gz',
  url: 'http://source-controller.flux-system.svc.cluster.local./gitrepository/apps/repo/4b1f.tar.gz',
  revision: 'main@sha1:4b1f0c3d2e1a4b1f0c3d2e1a4b1f0c3d2e1a4b1f',
  digest: 'sha256:a94a8fe5ccb19ba61c4c0873d391e987982fbbd3a94a8fe5ccb19ba61c4c0873',
  lastUpdateTime: '2026-01-02T03:04:05Z',
  size: 4711,
  metadata: { 'org.example/origin': 'a test' },
};

/** A status of a GitRepository with every field that Flux's source-controller may write. */
export const sourceStatus = {
  observedGeneration: 1,
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: "stored artifact for revision 'main@sha1:4b1f0c3d2e1a4b1f0c3d2e1a4b1f0c3d2e1a4b1f'",
      lastTransitionTime: '2026-01-02T03:04:05Z',
      observedGeneration: 1,
    },
  ],
  artifact,
  includedArtifacts: [{ ...artifact, path: 'gitrepository/apps/other/4b1f.tar.gz' }],
  observedIgnore: '*.md',
  observedInclude: [{ repository: { name: 'other' }, fromPath: 'a', toPath: 'b' }],
  observedRecurseSubmodules: true,
  observedSparseCheckout: ['apps'],
  sourceVerificationMode: 'HEAD',
  sourceVerificationFingerprint: 'sha256:0c3d2e1a',
  lastHandledReconcileAt: '2026-01-02T03:04:06Z',
};
