import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Refusal } from '../../http/guarded-lookup.ts';
import { proxyFromEnvironment } from '../../http/proxy-environment.ts';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../../model/log.ts';
import { GitPublisher } from '../../pipeline/publish/io/git-publisher.ts';
import type { Publisher } from '../../pipeline/publish/ports.ts';
import { HttpRegistryClient } from '../../pipeline/scan/io/http-registry-client.ts';
import { createTagDatabase } from '../../pipeline/scan/io/tag-database.ts';
import type { RegistryClient, TagStore } from '../../pipeline/scan/ports.ts';

export interface PartsOptions {
  /** Tags and mirrors lie here. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  /** Hosts and addresses that nothing connects to; none when absent. */
  readonly refuse?: Refusal;
}

/** Everything that reaches the outside world for an engine, and how to let go of it. */
export interface Parts {
  readonly tags: TagStore;
  readonly registry: RegistryClient;
  readonly publisher: Publisher;
  close(): Promise<void>;
}

export function openParts({ folder, environment, clock, log, userAgent, refuse }: PartsOptions): Parts {
  const guard = refuse === undefined ? {} : { refuse };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tags = createTagDatabase(join(folder, 'tags.db'), { log });
  const registry = new HttpRegistryClient({
    clock,
    log,
    userAgent,
    random: Math.random,
    proxyFor: proxyFromEnvironment(environment),
    ...guard,
  });
  const publisher = new GitPublisher({ mirrors: join(folder, 'mirrors'), environment, log, clock, ...guard });
  return {
    tags,
    registry,
    publisher,
    close: async () => {
      await Promise.all([publisher.close(), registry.close()]);
      tags.close();
    },
  };
}
