import type { TestContext } from 'node:test';

import type { Clock } from '../../src/model/clock.ts';
import { silentLog } from '../../src/model/log.ts';
import type { RegistryClientOptions } from '../../src/pipeline/scan/io/http-registry-client.ts';
import { HttpRegistryClient } from '../../src/pipeline/scan/io/http-registry-client.ts';
import { emptyKeychain, keychainFromSecrets } from '../../src/pipeline/scan/keychain.ts';
import type { Keychain } from '../../src/pipeline/scan/keychain.ts';
import type { RegistryAccess } from '../../src/pipeline/scan/ports.ts';
import type { RunningRegistry, StartOptions } from '../fakes/registry/start-registry.ts';
import { startRegistry } from '../fakes/registry/start-registry.ts';

/** A clock on which every sleep is over at once, and has taken its time all the same. */
export interface HastyClock extends Clock {
  readonly naps: readonly number[];
}

export function hastyClock(): HastyClock {
  const naps: number[] = [];
  let slept = 0;
  return {
    naps,
    now: () => new Date(Date.now() + slept),
    monotonicMs: () => performance.now() + slept,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      naps.push(Math.round(ms));
      slept += ms;
    },
  };
}

/** A registry client that ends with the test. */
export function registryClient(
  t: TestContext,
  options: Partial<RegistryClientOptions> = {},
): HttpRegistryClient {
  const client = new HttpRegistryClient({ clock: hastyClock(), log: silentLog, random: () => 0, ...options });
  t.after(() => client.close());
  return client;
}

/** A fake registry that ends with the test. */
export async function fakeRegistry(t: TestContext, options: StartOptions = {}): Promise<RunningRegistry> {
  const running = await startRegistry(options);
  t.after(() => running.close());
  return running;
}

export function access(change: Partial<RegistryAccess> = {}): RegistryAccess {
  return { keychain: emptyKeychain, insecure: false, identity: 'test', ...change };
}

/** A keychain from docker config entries. */
export function keychain(auths: Readonly<Record<string, object>>): Keychain {
  const config = Buffer.from(JSON.stringify({ auths })).toString('base64');
  const metadata = { namespace: 'apps', name: 'pull' };
  const type = 'kubernetes.io/dockerconfigjson';
  return keychainFromSecrets([{ metadata, type, data: { '.dockerconfigjson': config } }]);
}

/** A signal that is never aborted. */
export function forever(): AbortSignal {
  return new AbortController().signal;
}
