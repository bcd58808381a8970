import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';

/** What one registry wants to see. Each part is optional; with none of them the registry is asked anonymously. */
export interface Credential {
  /** base64 of `user:password`, ready for the Basic scheme. Bytes are kept: a password need not be UTF-8. */
  readonly basic?: string;
  /** A refresh token, to be exchanged at the token server. */
  readonly identityToken?: string;
  /** A bearer token that is sent as it is. */
  readonly registryToken?: string;
}

/** One entry of a docker config: a host, perhaps with a path, as it was written, and what to show there. */
export interface DockerConfigEntry {
  readonly registry: string;
  readonly credential: Credential;
}

/** The part of a Secret that is read here. */
export type PullSecret = Pick<Secret, 'metadata' | 'type' | 'data'>;

/** Which key holds the docker config, and where its entries stand, by Secret type. Other types have no entries. */
const layouts: Readonly<Record<string, { readonly key: string; readonly nested: boolean }>> = {
  'kubernetes.io/dockerconfigjson': { key: '.dockerconfigjson', nested: true },
  'kubernetes.io/dockercfg': { key: '.dockercfg', nested: false },
};

/**
 * The entries of a pull secret, in the order they stand in.
 * A malformed config is `CredentialsInvalid`; the message names the Secret and the key, and never says what is in it.
 */
export function dockerConfigEntries(secret: PullSecret): readonly DockerConfigEntry[] {
  const layout = layouts[secret.type];
  const content = layout && secretValue(secret, layout.key);
  if (!content || content.length === 0) return [];
  const refuse = (what: string): never => {
    const where = `secret '${formatKey(secret.metadata)}': key '${layout.key}'`;
    throw new TidemarkError('CredentialsInvalid', `${where} ${what}`);
  };
  const config = parseObject(content.toString('utf8')) ?? refuse('is not a JSON object');
  return configEntries(layout.nested ? (configField(config, 'auths') ?? {}) : config, refuse);
}

/** The entries of an `auths` object. `refuse` is told what is wrong, never what is in it; if it returns, the entry is empty. */
export function configEntries(
  auths: unknown,
  refuse: (what: string) => unknown,
): readonly DockerConfigEntry[] {
  if (!isObject(auths)) {
    refuse("has 'auths' that is not a JSON object");
    return [];
  }
  return Object.entries(auths).map(([registry, entry], index) => ({
    registry,
    credential: parseEntry(entry, (what) => refuse(`has entry ${index + 1} ${what}`)),
  }));
}

function parseEntry(entry: unknown, refuse: (what: string) => unknown): Credential {
  if (entry === null) return {};
  if (!isObject(entry)) {
    refuse('that is not a JSON object');
    return {};
  }
  const text = (name: string): string => {
    const value = configField(entry, name) ?? '';
    if (typeof value === 'string') return value;
    refuse(`with '${name}' that is not a string`);
    return '';
  };
  const auth = text('auth');
  const basic = auth === '' ? encodeBasic(text('username'), text('password')) : checkAuth(auth, refuse);
  const identityToken = text('identitytoken');
  const registryToken = text('registrytoken');
  return {
    ...(basic === undefined ? {} : { basic }),
    ...(identityToken === '' ? {} : { identityToken }),
    ...(registryToken === '' ? {} : { registryToken }),
  };
}

function encodeBasic(username: string, password: string): string | undefined {
  if (username === '' || password === '') return undefined;
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
}

/** `auth` is base64 of `user:password`, with or without padding, and wins over `username` and `password`. */
function checkAuth(auth: string, refuse: (what: string) => unknown): string | undefined {
  const compact = auth.replaceAll(/[\r\n]/g, '').trim();
  const digits = compact.replace(/={1,2}$/, '');
  const complete = digits === compact ? digits.length % 4 !== 1 : compact.length % 4 === 0;
  if (!complete || !/^[A-Za-z0-9+/]*$/.test(digits)) {
    refuse("with 'auth' that is not base64");
    return undefined;
  }
  const bytes = Buffer.from(digits, 'base64');
  const colon = bytes.indexOf(':');
  if (colon < 0) {
    refuse("with 'auth' that is not base64 of username:password");
    return undefined;
  }
  const hasBoth = colon > 0 && colon < bytes.length - 1;
  return hasBoth ? bytes.toString('base64') : undefined;
}

/** A member by name; upper and lower case are the same, as Go reads JSON, and the exact name comes first. `name` is in lower case. */
export function configField(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const alike = Object.keys(object).findLast((key) => key.toLowerCase() === name);
  return alike === undefined ? undefined : object[alike];
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // The parser's own message quotes the text, which is a secret.
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
