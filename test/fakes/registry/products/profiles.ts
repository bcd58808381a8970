import type { PageFacts, ProductAnswer, ProductProfile } from './product-profile.ts';

/** Docker Hub: every tag in one answer, and a token without rights for what is private or missing. */
export const dockerHub: ProductProfile = {
  product: 'Docker Hub',
  challenge: (origin, repository) =>
    repository === undefined
      ? `Bearer realm="${origin}/token",service="registry.docker.io"`
      : `Bearer realm="${origin}/token",service="registry.docker.io",scope="repository:${repository}:pull",error="insufficient_scope"`,
  tokenPath: '/token',
  token: ({ visitor, value }) =>
    visitor === 'stranger'
      ? { status: 401, json: { details: 'incorrect username or password' } }
      : {
          status: 200,
          json: { token: value, access_token: value, expires_in: 300, issued_at: '2026-01-01T00:00:00Z' },
        },
  unauthorized: oneError(401, 'UNAUTHORIZED', 'authentication required'),
  forbidden: oneError(401, 'UNAUTHORIZED', 'authentication required'),
  missing: () => oneError(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
  maxPage: Infinity,
};

/** GitHub: `/v2/` names the scope of a repository that nobody asked about; a token, and nothing beside it. */
export const ghcr: ProductProfile = {
  product: 'GHCR',
  challenge: (origin, repository = 'user/image') =>
    `Bearer realm="${origin}/token",service="ghcr.io",scope="repository:${repository}:pull"`,
  tokenPath: '/token',
  token: ({ visitor, access, value }) => {
    if (visitor === 'stranger') return oneError(403, 'DENIED', 'denied');
    return access
      ? { status: 200, json: { token: value } }
      : oneError(403, 'DENIED', 'requested access to the resource is denied');
  },
  unauthorized: oneError(401, 'UNAUTHORIZED', 'authentication required'),
  forbidden: oneError(403, 'DENIED', 'requested access to the resource is denied'),
  missing: () => oneError(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
  maxPage: 1000,
  link: relativeLink,
};

/** Quay: pages of 100 whatever is asked for, and a cursor that only it can read (newer ones name the last tag). */
export const quay: ProductProfile = {
  product: 'Quay',
  challenge: (origin) => `Bearer realm="${origin}/v2/auth",service="quay.io"`,
  tokenPath: '/v2/auth',
  token: ({ visitor, value }) =>
    visitor === 'stranger'
      ? { status: 401, json: { error: 'Could not find robot with username: acme+ci', status: 401 } }
      : { status: 200, json: { token: value } },
  unauthorized: quayRefusal(),
  forbidden: quayRefusal(),
  missing: () => oneError(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
  maxPage: 100,
  link: ({ repository, start, size, hasMore }) =>
    hasMore ? `</v2/${repository}/tags/list?n=${size}&last=${start + size}>; rel="next"` : undefined,
};

/** Harbor: an empty `access_token` beside the token, and 401 for what a good account may not see. */
export const harbor: ProductProfile = {
  product: 'Harbor',
  challenge: (origin) => `Bearer realm="${origin}/service/token",service="harbor-registry"`,
  tokenPath: '/service/token',
  token: ({ visitor, value }) =>
    visitor === 'stranger'
      ? oneError(401, 'UNAUTHORIZED', 'unauthorized')
      : {
          status: 200,
          json: { token: value, access_token: '', expires_in: 1800, issued_at: '2026-01-01T00:00:00Z' },
        },
  unauthorized: {
    ...oneError(401, 'UNAUTHORIZED', 'unauthorized'),
    headers: { 'set-cookie': 'sid=1; Path=/' },
  },
  forbidden: oneError(401, 'UNAUTHORIZED', 'unauthorized to access repository: acme/closed, action: pull'),
  missing: (repository) => oneError(404, 'NOT_FOUND', `repository ${repository} not found`),
  maxPage: 1000,
  link: relativeLink,
};

/** GitLab: the token server is another host, and says no lifetime; the link names the whole address. */
export const gitlab: ProductProfile = {
  product: 'GitLab',
  challenge: (origin, repository) =>
    `Bearer realm="${origin.replace('127.0.0.1', 'localhost')}/jwt/auth",service="container_registry"${repository === undefined ? '' : `,scope="repository:${repository}:pull",error="invalid_token"`}`,
  tokenPath: '/jwt/auth',
  token: ({ visitor, access, value }) => {
    if (visitor === 'stranger') return oneError(401, 'UNAUTHORIZED', 'HTTP Basic: Access denied');
    return access ? { status: 200, json: { token: value } } : oneError(403, 'DENIED', 'access forbidden');
  },
  unauthorized: oneError(401, 'UNAUTHORIZED', 'authentication required'),
  forbidden: oneError(401, 'UNAUTHORIZED', 'authentication required'),
  missing: () => oneError(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
  maxPage: 1000,
  link: (facts) => relativeLink(facts)?.replace('<', `<${facts.origin}`),
};

/** Artifactory with the repository key in the path, which its link leaves out, as it leaves out the last tag. */
export const artifactory: ProductProfile = {
  product: 'Artifactory',
  challenge: (origin) =>
    `Bearer realm="${origin}/artifactory/api/docker/docker-local/v2/token",service="127.0.0.1"`,
  tokenPath: '/artifactory/api/docker/docker-local/v2/token',
  token: ({ visitor, access, value }) =>
    visitor === 'stranger' || !access
      ? artifactoryError(401, 'Bad credentials')
      : { status: 200, json: { token: value, expires_in: 3600 } },
  unauthorized: artifactoryError(401, 'Authentication is required'),
  forbidden: artifactoryError(403, 'The client does not have permission for manifest'),
  missing: () => oneError(404, 'NAME_UNKNOWN', 'Repository name not known to registry.'),
  maxPage: 1000,
  link: ({ repository, start, size, hasMore }) =>
    hasMore
      ? `</v2/${repository.replace(/^[^/]+\//, '')}/tags/list?last=${start + size}&n=${size}>; rel="next"`
      : undefined,
};

/** Nexus on a connector of its own port: the link has the path of the main port; scheme and port are those behind the proxy. */
export const nexus: ProductProfile = {
  product: 'Nexus',
  challenge: () => 'BASIC realm="Sonatype Nexus Repository Manager"',
  unauthorized: oneError(401, 'UNAUTHORIZED', 'access to the requested resource is not authorized'),
  forbidden: oneError(403, 'DENIED', 'access to the requested resource is not authorized'),
  missing: () => oneError(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
  maxPage: 1000,
  link: (facts) =>
    relativeLink(facts)?.replace('</', `<${facts.origin.replace(/:\d+$/, ':8081')}/repository/hub/`),
};

/** A group of Nexus: as many tags as were asked for, and no word about the others. */
export const nexusGroup: ProductProfile = { ...nexus, product: 'Nexus group', link: () => undefined };

/** Gitea: a challenge for everything, and a link on every page that is not empty. */
export const gitea: ProductProfile = {
  product: 'Gitea',
  challenge: (origin) => `Bearer realm="${origin}/v2/token",service="container_registry",scope="*"`,
  tokenPath: '/v2/token',
  token: ({ visitor, value }) =>
    visitor === 'stranger' ? oneError(401, 'UNAUTHORIZED', '') : { status: 200, json: { token: value } },
  unauthorized: oneError(401, 'UNAUTHORIZED', ''),
  forbidden: oneError(401, 'UNAUTHORIZED', ''),
  missing: () => oneError(404, 'NAME_UNKNOWN', ''),
  maxPage: 1000,
  link: (facts) => relativeLink({ ...facts, hasMore: facts.page.length > 0 }),
};

/** ECR: Basic, at most 1000 tags a page, a cursor of its own, and plain text for who comes without a login. */
export const ecr: ProductProfile = {
  product: 'ECR',
  challenge: (origin) => `Basic realm="${origin}/",service="ecr.amazonaws.com"`,
  unauthorized: { status: 401, text: 'Not Authorized\n' },
  forbidden: oneError(
    403,
    'DENIED',
    'User: arn:aws:iam::1:user/ci is not authorized to perform: ecr:ListImages',
  ),
  missing: (repository) =>
    oneError(
      404,
      'NAME_UNKNOWN',
      `The repository with name '${repository}' does not exist in the registry with id '1'`,
    ),
  maxPage: 1000,
  link: ({ origin, repository, start, size, hasMore }) =>
    hasMore ? `<${origin}/v2/${repository}/tags/list?last=${start + size}&n=${size}>; rel="next"` : undefined,
};

/** Google: all tags at once, and a word about each manifest. */
export const google: ProductProfile = {
  product: 'Google',
  challenge: (origin) => `Bearer realm="${origin}/v2/token",service="gcr.io"`,
  tokenPath: '/v2/token',
  token: ({ visitor, access, value }) =>
    visitor === 'stranger' || !access
      ? oneError(403, 'DENIED', 'Unauthenticated request. Unauthenticated requests do not have permission')
      : { status: 200, json: { expires_in: 43_200, token: value } },
  unauthorized: oneError(401, 'UNAUTHORIZED', 'Unauthorized access.'),
  forbidden: oneError(403, 'DENIED', 'Permission "artifactregistry.repositories.downloadArtifacts" denied'),
  missing: () => oneError(404, 'NAME_UNKNOWN', 'Repository "acme" not found'),
  maxPage: Infinity,
  extras: (repository) => ({ child: [], manifest: { 'sha256:0': { tag: ['1.0.0'] } }, name: repository }),
};

export const products: readonly ProductProfile[] = [
  dockerHub,
  ghcr,
  quay,
  harbor,
  gitlab,
  artifactory,
  nexus,
  nexusGroup,
  gitea,
  ecr,
  google,
];

function oneError(status: number, code: string, message: string): ProductAnswer {
  return { status, json: { errors: [{ code, message }] } };
}

function quayRefusal(): ProductAnswer {
  const message = 'access to the requested resource is not authorized';
  return { status: 401, json: { errors: [{ code: 'UNAUTHORIZED', detail: {}, message }] } };
}

function artifactoryError(status: number, message: string): ProductAnswer {
  return { status, json: { errors: [{ status, message }] } };
}

function relativeLink({ repository, page, size, hasMore }: PageFacts): string | undefined {
  const query = new URLSearchParams({ last: page.at(-1) ?? '', n: String(size) }).toString();
  return hasMore ? `</v2/${repository}/tags/list?${query}>; rel="next"` : undefined;
}
