import { TidemarkError } from './errors.ts';

/** A repository in a registry, as `spec.image` names it: no scheme, no tag, no digest. */
export interface ImageName {
  /** As it was written. */
  readonly text: string;
  /** Host, with port if there is one: `index.docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** Path inside the registry: `library/alpine`. */
  readonly repository: string;
  /** `index.docker.io/library/alpine`: two texts with the same canonical name mean the same repository. */
  readonly canonical: string;
  /** True when the host is on this machine or in a private network, where plain HTTP may be tried without being asked for. */
  readonly local: boolean;
}

/** One image: what a policy selected and what a marker receives. `name` is the text of `spec.image`. */
export interface ImageRef {
  readonly name: string;
  readonly tag: string;
  readonly digest?: string;
}

/** The parts of `name[:tag][@digest]`, by the rules that Flux reads references with. */
export interface ParsedReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const dockerHub = 'index.docker.io';
const repositoryGrammar = /^[a-z0-9_\-./]{2,255}$/;
const looseTagGrammar = /^[A-Za-z0-9_\-.]{1,128}$/;
const strictTagGrammar = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestGrammar = /^sha256:[0-9a-f]{64}$/;

/** True for what the distribution specification calls a tag. References are read more loosely (a leading `-` or `.` passes). */
export function isTag(text: string): boolean {
  return strictTagGrammar.test(text);
}

/** True for `sha256:` and 64 lower-case hexadecimal digits. */
export function isDigest(text: string): boolean {
  return digestGrammar.test(text);
}

/** Reads `spec.image`. The texts of the errors are Flux's. */
export function parseImageName(text: string): ImageName {
  const [scheme, ...rest] = text.split('://');
  if (rest.length > 0) {
    throw new TidemarkError(
      'ImageNameInvalid',
      `image '${text}' should not include URL scheme; remove '${scheme}://'`,
    );
  }
  const parsed = parseReference(text);
  if (!parsed) throw new TidemarkError('ImageNameInvalid', `could not parse reference: ${text}`);
  const { registry, repository } = parsed;
  const path = text.startsWith(registry) ? text.slice(registry.length) : text;
  const tag = path.split(':')[1];
  if (tag !== undefined) {
    throw new TidemarkError('ImageNameInvalid', `image '${text}' should not include a tag; remove ':${tag}'`);
  }
  return {
    text,
    registry,
    repository,
    canonical: `${registry}/${repository}`,
    local: isLocalRegistry(registry),
  };
}

/** Reads `name[:tag][@digest]`; undefined when it is not a reference. */
export function parseReference(text: string): ParsedReference | undefined {
  const [base, digest, ...more] = text.split('@');
  if (base === undefined || more.length > 0) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  const tagged = splitTag(base);
  const name = tagged && parseRepository(tagged.base);
  if (!name) return undefined;
  return {
    ...name,
    ...(tagged.tag === undefined ? {} : { tag: tagged.tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `name:tag`, and `@digest` when there is one. */
export function formatImageRef(ref: ImageRef): string {
  return `${ref.name}:${ref.tag}${ref.digest ? `@${ref.digest}` : ''}`;
}

/** Throws unless `ref` can stand in a manifest as a whole. */
export function checkImageRef(ref: ImageRef): void {
  const text = formatImageRef(ref);
  if (parseReference(text)) return;
  const message = `encountered invalid image ref ${JSON.stringify(text)}: could not parse reference: ${text}`;
  throw new TidemarkError('ImageRefInvalid', message);
}

/** The last `:` separates a tag, unless a `/` follows it: then it was the port of the registry. */
function splitTag(text: string): { base: string; tag?: string } | undefined {
  const colon = text.lastIndexOf(':');
  const tag = text.slice(colon + 1);
  if (colon < 0 || tag.includes('/')) return { base: text };
  return looseTagGrammar.test(tag) ? { base: text.slice(0, colon), tag } : undefined;
}

/** The first segment is a registry if it contains `.` or `:`; so `localhost/app` lives on Docker Hub, as it does for docker. */
function parseRepository(text: string): { registry: string; repository: string } | undefined {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const hasRegistry = /[.:]/.test(first);
  const repository = hasRegistry ? text.slice(slash + 1) : text;
  if (!repositoryGrammar.test(repository)) return undefined;
  if (hasRegistry && !isAuthority(first)) return undefined;
  const registry = !hasRegistry || first === 'docker.io' ? dockerHub : first;
  const implicitLibrary = registry === dockerHub && !repository.includes('/');
  return { registry, repository: implicitLibrary ? `library/${repository}` : repository };
}

/** True for `host[:port]` and `[ipv6][:port]` as a URL holds them. Letters beyond ASCII pass, as they do in Go. */
function isAuthority(text: string): boolean {
  const bracketed = /^\[([0-9a-fA-F:.]+)\](?::\d*)?$/.exec(text);
  if (bracketed) return isIpv6(bracketed[1] ?? '');
  return /^[A-Za-z0-9\-_.~!$&'()*+,;=<>"\u0080-\u{10ffff}]*(?::\d*)?$/u.test(text);
}

function isIpv6(text: string): boolean {
  return URL.canParse(`http://[${text}]/`);
}

function isLocalRegistry(registry: string): boolean {
  const host = registry.replace(/:\d*$/, '');
  if (/^(10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)) return isPrivateIpv4(host);
  if (host === 'localhost') return registry.startsWith('localhost:');
  return host.endsWith('.localhost') || host === '127.0.0.1' || host === '[::1]';
}

/** The three ranges of RFC 1918. */
function isPrivateIpv4(host: string): boolean {
  const [a = 0, b = 0, ...rest] = host.split('.').map(Number);
  if (b > 255 || rest.some((part) => part > 255)) return false;
  return a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
}
