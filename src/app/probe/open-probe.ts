import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitRepository } from '../../api/git-repository.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import type { LoginSources } from '../../controllers/cloud-login.ts';
import { access } from '../../controllers/image-update-automation/gather.ts';
import type { Source } from '../../controllers/image-update-automation/gather.ts';
import { type AccessSources, registryAccess } from '../../controllers/registry-access.ts';
import type { Refusal } from '../../http/guarded-lookup.ts';
import type { HttpExchange } from '../../http/http-client.ts';
import { proxyFromEnvironment, type ProxyChoice } from '../../http/proxy-environment.ts';
import { Trust } from '../../http/trust.ts';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../../model/log.ts';
import type { RemoteProber } from '../../pipeline/publish/ports.ts';
import type { RegistryAccess, RegistryClient } from '../../pipeline/scan/ports.ts';
import type { ObjectStore } from '../../store/store.ts';
import { openParts } from '../embedded/open-parts.ts';

/** What reaches registries and Git hosts for the objects of a home, with the credentials that a run would use. */
export interface Probe {
  readonly registry: RegistryClient;
  readonly git: RemoteProber;
  /** Hosts that a run would not connect to. */
  readonly refuse: Refusal;
  readonly clock: Clock;
  /** Whom TLS trusts beside the authorities that an access brings. */
  readonly trust: Trust;
  /** The proxy that requests to a registry take when the object names none. */
  readonly proxyFor: ProxyChoice;
  /** Throws what a run would. */
  registryAccess(repository: ImageRepository): Promise<RegistryAccess>;
  /** Throws what a run would. */
  gitAccess(repository: GitRepository, signal: AbortSignal): Promise<Pick<Source, 'remote' | 'login'>>;
  /** Calls `work`, and tells every request to a registry meanwhile. */
  observing<T>(observe: (exchange: HttpExchange) => void, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface ProbeOptions
  extends Pick<LoginSources, 'accounts' | 'objectLevelIdentity'>, Pick<AccessSources, 'ambient'> {
  readonly store: ObjectStore;
  readonly readsLocalFiles: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  readonly refuse?: Refusal;
}

/** Opens a probe beside whatever works on the objects: it shares nothing with it, and leaves nothing behind. */
export function openProbe(options: ProbeOptions): Probe {
  const { refuse = () => undefined, clock, environment } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-check-'));
  let observer: (exchange: HttpExchange) => void = () => undefined;
  const parts = openParts({ ...options, folder, observeRegistry: (exchange) => observer(exchange) });
  const sources = { ...options, logins: parts.logins, signing: parts.signing, crossNamespaceAllowed: true };
  return {
    registry: parts.registry,
    git: parts.publisher,
    refuse,
    clock,
    trust: new Trust(environment),
    proxyFor: proxyFromEnvironment(environment),
    registryAccess: (repository) => registryAccess(repository, sources),
    gitAccess: (repository, signal) => access(onBehalfOf(repository), repository, { deps: sources, signal }),
    observing: async (observe, work) => {
      observer = observe;
      try {
        return await work();
      } finally {
        observer = () => undefined;
      }
    },
    close: async () => {
      await parts.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An automation beside the repository, since it is automations that write to repositories. */
function onBehalfOf({ metadata: { namespace, name } }: GitRepository): Parameters<typeof access>[0] {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageUpdateAutomation',
    metadata: { namespace, name },
    spec: { interval: '1m', sourceRef: { kind: 'GitRepository', name }, update: { strategy: 'Setters' } },
  };
}
