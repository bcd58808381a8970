import type { ObjectKey } from '../../model/object-key.ts';
import { collectionPath, nameOf, objectPath } from './resource.ts';
import type { Resource } from './resource.ts';

/** What is done, in the words of RBAC. */
export type ApiVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** A request about objects. */
export interface ApiRequest {
  readonly verb: ApiVerb;
  readonly resource: Resource;
  /** For one object; else `namespace` narrows a collection, and for `create` says where. */
  readonly key?: ObjectKey;
  readonly namespace?: string | undefined;
  readonly subresource?: 'status' | 'token' | 'log';
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** How a `patch` is meant: RFC 7396, or server-side apply. */
  readonly patch?: 'merge' | 'apply';
  /** Only names, labels and the like, and nothing of what objects hold. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** How long one try may take. */
  readonly timeoutMs?: number;
  /** How long an answer that goes on may say nothing; 0 means for ever. */
  readonly silenceMs?: number;
  /** Neither waits for our own pace nor is tried again: a lease that comes late is worth nothing. */
  readonly urgent?: boolean;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const methods: Readonly<Record<ApiVerb, Method>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

export function methodOf({ verb }: Pick<ApiRequest, 'verb'>): Method {
  return methods[verb];
}

export function isWrite({ verb }: Pick<ApiRequest, 'verb'>): boolean {
  return methods[verb] !== 'GET';
}

/** `imagepolicies/status`: as RBAC rules and messages have it. */
export function resourceName({ resource, subresource }: ApiRequest): string {
  return subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
}

/** `ImagePolicy apps/web`, or `imagepolicies` for a collection. */
export function subjectOf(request: ApiRequest): string {
  const { resource, key } = request;
  return key === undefined ? resourceName(request) : nameOf(resource, key);
}

/** Path and query. `server` may have a path of its own. */
export function urlOf(server: URL, request: ApiRequest): URL {
  const { resource, key, namespace, subresource } = request;
  const isOne = key !== undefined && request.verb !== 'create';
  const path = isOne ? objectPath(resource, key) : collectionPath(resource, key?.namespace ?? namespace);
  // Subresources of something that is made, such as a token, stand below the object.
  const whole =
    subresource === undefined
      ? path
      : `${key === undefined ? path : objectPath(resource, key)}/${subresource}`;
  return withQuery(server, whole, request.query ?? {});
}

export function withQuery(
  server: URL,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): URL {
  const url = new URL(server);
  url.pathname = `${server.pathname.replace(/\/$/, '')}${path}`;
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** What we can read, and what we send. */
export function headersOf(request: ApiRequest): Readonly<Record<string, string>> {
  const { body, verb, patch } = request;
  return {
    accept: acceptOf(request),
    ...(body === undefined ? {} : { 'content-type': contentType(verb, patch) }),
  };
}

function acceptOf({ metadataOnly, subresource, verb }: ApiRequest): string {
  // Logs are text; a refusal is JSON all the same.
  if (subresource === 'log') return '*/*';
  const partial = verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return metadataOnly === true ? `application/json;as=${partial};g=meta.k8s.io;v=v1` : 'application/json';
}

function contentType(verb: ApiVerb, patch: ApiRequest['patch']): string {
  if (verb !== 'patch') return 'application/json';
  return patch === 'apply' ? 'application/apply-patch+yaml' : 'application/merge-patch+json';
}
