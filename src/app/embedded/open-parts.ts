import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { proxyFromEnvironment } from '../../http/proxy-environment.ts';
import { Trust } from '../../http/trust.ts';
import type { Logins } from '../../login/ports.ts';
import type { Log } from '../../model/log.ts';
import { GitPublisher } from '../../pipeline/publish/io/git-publisher.ts';
import { SigningKeyRing } from '../../pipeline/publish/io/signing/signing-key-ring.ts';
import type { SshAlgorithms } from '../../pipeline/publish/ssh-config.ts';
import type { Publisher, RemoteProber, SigningKeys } from '../../pipeline/publish/ports.ts';
import {
  HttpRegistryClient,
  type RegistryClientOptions,
} from '../../pipeline/scan/io/http-registry-client.ts';
import { createTagDatabase } from '../../pipeline/scan/io/tag-database.ts';
import type { RegistryClient, TagStore } from '../../pipeline/scan/ports.ts';
import { openLogins, type LoginsOptions } from '../open-logins.ts';

export interface PartsOptions extends Omit<LoginsOptions, 'trust'> {
  /** Tags and mirrors lie here. */
  readonly folder: string;
  readonly log: Log;
  /** What ssh may agree on with a Git server. */
  readonly ssh?: SshAlgorithms | undefined;
  /** Told of every request to a registry that has ended. */
  readonly observeRegistry?: RegistryClientOptions['observe'];
}

/** Everything that reaches the outside world for an engine, and how to let go of it. */
export interface Parts {
  readonly tags: TagStore;
  readonly registry: RegistryClient;
  readonly publisher: Publisher & RemoteProber;
  readonly logins: Logins;
  readonly signing: SigningKeys;
  close(): Promise<void>;
}

export function openParts(options: PartsOptions): Parts {
  const { folder, environment, clock, log, userAgent, refuse, ssh, observeRegistry: observe } = options;
  const trust = new Trust(environment, log);
  const guard = { trust, ...(refuse === undefined ? {} : { refuse }) };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tags = createTagDatabase(join(folder, 'tags.db'), { log });
  const registry = new HttpRegistryClient({
    clock,
    log,
    userAgent,
    random: Math.random,
    proxyFor: proxyFromEnvironment(environment),
    ...(observe === undefined ? {} : { observe }),
    ...guard,
  });
  const publisher = new GitPublisher({
    mirrors: join(folder, 'mirrors'),
    environment,
    log,
    clock,
    ssh,
    ...guard,
  });
  const logins = openLogins({ ...options, trust });
  return {
    tags,
    registry,
    publisher,
    logins,
    signing: new SigningKeyRing(clock),
    close: async () => {
      await Promise.all([publisher.close(), registry.close(), logins.close()]);
      tags.close();
    },
  };
}
