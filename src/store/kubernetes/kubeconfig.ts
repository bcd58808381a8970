import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import type { KubeConfig, User } from '@kubernetes/client-node';

import type { Clock } from '../../model/clock.ts';
import { messageOf, TidemarkError } from '../../model/errors.ts';
import type { Connection, Identity, ServerTls } from './connection.ts';
import { tokenFilesIn } from './token-files.ts';

export interface KubeconfigOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** `--kubeconfig`: this file and no other. */
  readonly file?: string | undefined;
  /** `--context`. */
  readonly context?: string | undefined;
}

/** What several files say together. */
interface Loaded {
  readonly config: KubeConfig;
  /** Where the token of a user is, by name. */
  readonly tokenFiles: ReadonlyMap<string, string>;
}

/** Plugins keep what they hand out for as long as it is good; asking them that often costs nothing. */
const askAgainAfterMs = 10_000;

/** The API server that kubectl would speak to, and as whom; undefined when there is no kubeconfig. */
export async function kubeconfigConnection(options: KubeconfigOptions): Promise<Connection | undefined> {
  const files = kubeconfigFiles(options);
  if (files.length === 0) return undefined;
  const loaded = await load(files, options.context);
  const { config } = loaded;
  const cluster = config.getCurrentCluster();
  const context = config.getContextObject(config.getCurrentContext());
  if (cluster === null || context === null)
    throw unreadable(files, `the context "${config.getCurrentContext() ?? ''}" names no cluster in it`);
  const server = URL.parse(cluster.server);
  if (server === null) throw unreadable(files, `"${cluster.server}" is not the address of a server`);
  const user = new ConfiguredUser(loaded, () => load(files, options.context), options.clock);
  return {
    server,
    identify: (when) => user.identify(when),
    ...(context.namespace ? { namespace: context.namespace } : {}),
    ...(cluster.proxyUrl ? { proxy: cluster.proxyUrl } : {}),
  };
}

/** `--kubeconfig`, else `KUBECONFIG` (several, of which those that are missing do not count), else `~/.kube/config`. */
function kubeconfigFiles({ environment, file }: KubeconfigOptions): readonly string[] {
  if (file !== undefined) {
    if (!existsSync(file)) throw new TidemarkError('UsageError', `there is no kubeconfig ${file}`);
    return [file];
  }
  const named = environment['KUBECONFIG'];
  const files = named ? named.split(delimiter) : [join(environment['HOME'] ?? homedir(), '.kube', 'config')];
  return files.filter((path) => path !== '' && existsSync(path));
}

/** Of several files the first that defines something wins, as for kubectl. */
async function load(files: readonly string[], context: string | undefined): Promise<Loaded> {
  // Large, and of use only here: out of a cluster.
  const library = await import('@kubernetes/client-node');
  const merged = new library.KubeConfig();
  merged.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: context ?? '' });
  const tokenFiles = new Map<string, string>();
  for (const file of files) {
    const { config: one, tokenFiles: found } = readOne(new library.KubeConfig(), file);
    const isNew = ([user]: readonly [string, string]): boolean =>
      !merged.users.some(({ name }) => name === user);
    for (const [user, path] of [...found].filter(isNew)) tokenFiles.set(user, path);
    addMissing(merged.clusters, one.clusters);
    addMissing(merged.users, one.users);
    addMissing(merged.contexts, one.contexts);
    if (!merged.currentContext) merged.currentContext = one.currentContext ?? '';
  }
  if (!merged.contexts.some(({ name }) => name === merged.currentContext)) throw noContext(merged, files);
  for (const user of merged.users) tellPlugin(user);
  return { config: merged, tokenFiles };
}

function readOne(config: KubeConfig, file: string): Loaded {
  try {
    config.loadFromFile(file);
    return { config, tokenFiles: tokenFilesIn(file) };
  } catch (error) {
    throw unreadable([file], messageOf(error));
  }
}

/** Plugins read from their environment which version of the protocol is spoken; the library does not say. */
function tellPlugin({ exec }: User): void {
  if (!isPlugin(exec) || exec.env?.some(({ name }) => name === 'KUBERNETES_EXEC_INFO')) return;
  const { apiVersion = 'client.authentication.k8s.io/v1' } = exec;
  const value = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value }];
}

interface Plugin {
  readonly apiVersion?: string;
  env?: { readonly name: string; readonly value: string }[] | null;
}

function isPlugin(exec: unknown): exec is Plugin {
  return typeof exec === 'object' && exec !== null;
}

function addMissing<T extends { readonly name: string }>(into: T[], from: readonly T[]): void {
  for (const one of from) if (!into.some(({ name }) => name === one.name)) into.push(one);
}

/** Asks the library who we are: it reads certificates and token files, runs plugins and refreshes tokens. */
class ConfiguredUser {
  #loaded: Loaded;
  readonly #reload: () => Promise<Loaded>;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #identity: Promise<Identity> | undefined;
  #askedAt = 0;

  constructor(loaded: Loaded, reload: () => Promise<Loaded>, clock: Pick<Clock, 'monotonicMs'>) {
    this.#loaded = loaded;
    this.#reload = reload;
    this.#clock = clock;
  }

  identify({ renew }: { readonly renew: boolean }): Promise<Identity> {
    const now = this.#clock.monotonicMs();
    if (this.#identity !== undefined && !renew && now - this.#askedAt < askAgainAfterMs)
      return this.#identity;
    this.#askedAt = now;
    const identity = this.#ask(renew);
    this.#identity = identity;
    // Whoever asks next tries again.
    identity.catch(() => {
      if (this.#identity === identity) this.#identity = undefined;
    });
    return identity;
  }

  async #ask(renew: boolean): Promise<Identity> {
    try {
      // The library keeps a token until it expires, refused or not: a new reading knows of none.
      if (renew) this.#loaded = await this.#reload();
      const options: RequestOptions = {};
      await this.#loaded.config.applyToHTTPSOptions(options);
      const authorization = (await this.#tokenFromFile()) ?? authorizationOf(options);
      return { tls: tlsOf(options), ...(authorization === undefined ? {} : { authorization }) };
    } catch (error) {
      if (error instanceof TidemarkError) throw error;
      throw new TidemarkError(
        'ClusterUnauthorized',
        `cannot get the credentials that the kubeconfig names: ${firstLine(messageOf(error))}`,
        { cause: error },
      );
    }
  }

  async #tokenFromFile(): Promise<string | undefined> {
    const { config, tokenFiles } = this.#loaded;
    const file = tokenFiles.get(config.getCurrentUser()?.name ?? '');
    return file === undefined ? undefined : `Bearer ${(await readFile(file, 'utf8')).trim()}`;
  }
}

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): ServerTls {
  return {
    ...given('ca', textOf(ca)),
    ...given('cert', textOf(cert)),
    ...given('key', textOf(key)),
    ...given('serverName', servername),
    ...(rejectUnauthorized === false ? { insecure: true } : {}),
  };
}

function authorizationOf({ headers, auth }: RequestOptions): string | undefined {
  if (auth) return `Basic ${Buffer.from(auth).toString('base64')}`;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(headers ?? {});
  const [, value] = entries.find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? value : undefined;
}

function textOf(pem: unknown): string | undefined {
  if (typeof pem === 'string') return pem;
  return Buffer.isBuffer(pem) ? pem.toString('utf8') : undefined;
}

function given<N extends string>(name: N, value: string | undefined): { readonly [P in N]?: string } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key loses its type
  return (value === undefined ? {} : { [name]: value }) as { readonly [P in N]?: string };
}

function noContext({ currentContext, contexts }: KubeConfig, files: readonly string[]): TidemarkError {
  const names = contexts.map(({ name }) => name).join(', ') || 'none';
  return new TidemarkError(
    'UsageError',
    currentContext
      ? `there is no context "${currentContext}" in ${files.join(', ')}: choose one of ${names}`
      : `no context is chosen in ${files.join(', ')}: name one with --context (${names})`,
  );
}

function unreadable(files: readonly string[], problem: string): TidemarkError {
  return new TidemarkError(
    'UsageError',
    `cannot use the kubeconfig ${files.join(', ')}: ${firstLine(problem)}`,
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}
