import type { ImageName } from '../../model/image-ref.ts';
import type { Credential, DockerConfigEntry } from './docker-config.ts';
import { configEntries, configField } from './docker-config.ts';
import { findCredential, isKeyOf, keychainFromEntries } from './keychain.ts';
import type { Keychain } from './keychain.ts';

/** A user's own docker configuration: `~/.docker/config.json`. */
export interface UserConfig {
  readonly keychain: Keychain;
  /** The helper that keeps credentials of all registries. */
  readonly credsStore?: string;
  /** Helpers of single registries, under the host as it was written. */
  readonly credHelpers: readonly (readonly [registry: string, helper: string])[];
}

/** Who knows the credential of a registry: the file itself, or a helper that is asked about `server`. */
export type UserLogin =
  | { readonly kind: 'entry'; readonly credential: Credential }
  | { readonly kind: 'helper'; readonly helper: string; readonly server: string };

const dockerHub = 'index.docker.io';
/** What helpers know Docker Hub by. */
const dockerHubServer = 'https://index.docker.io/v1/';

/** Reads the text of a `config.json`, or says in a few words, without quoting it, what is wrong with it. */
export function parseUserConfig(text: string): UserConfig | string {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (!isObject(config)) return 'is not a JSON object';
  const entries = readAuths(configField(config, 'auths'));
  if (typeof entries === 'string') return entries;
  const store = configField(config, 'credsstore');
  const helpers = configField(config, 'credhelpers') ?? {};
  if (!isObject(helpers)) return "has 'credHelpers' that is not a JSON object";
  return {
    keychain: keychainFromEntries(entries),
    ...(typeof store === 'string' && store !== '' ? { credsStore: store } : {}),
    credHelpers: Object.entries(helpers).flatMap(([registry, helper]) =>
      typeof helper === 'string' && helper !== '' ? [[registry, helper] as const] : [],
    ),
  };
}

/** Whom to ask about an image: a helper of its registry, the helper of all, or else the entry that is written down. */
export function userLogin(config: UserConfig, image: ImageName): UserLogin | undefined {
  const named = config.credHelpers.find(([registry]) => isKeyOf(registry, image.registry))?.[1];
  const helper = named ?? config.credsStore;
  const credential = findCredential(config.keychain, image);
  // Beside a helper, docker leaves an empty entry for each registry that it has logged in to.
  const isWritten = credential !== undefined && Object.keys(credential).length > 0;
  if (named === undefined && isWritten) return { kind: 'entry', credential };
  if (helper === undefined) return undefined;
  const server = image.registry === dockerHub ? dockerHubServer : image.registry;
  return { kind: 'helper', helper, server };
}

function readAuths(auths: unknown): readonly DockerConfigEntry[] | string {
  const problems: string[] = [];
  const entries = configEntries(auths ?? {}, (what) => problems.push(what));
  return problems[0] ?? entries;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
