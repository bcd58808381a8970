import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';

import type { Clock } from '../../model/clock.ts';
import { TidemarkError, messageOf } from '../../model/errors.ts';
import type { Connection, Identity } from './connection.ts';

export interface InClusterOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Where the service account is mounted. */
  readonly folder?: string;
}

const usualFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Tokens are replaced long before they expire: a look every minute is early enough. */
const readAgainAfterMs = 60_000;

/** The API server of the cluster that we run in, as our service account; undefined outside of a cluster. */
export async function inClusterConnection(options: InClusterOptions): Promise<Connection | undefined> {
  const { environment, folder = usualFolder } = options;
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) return undefined;
  const account = new MountedAccount(folder, options.clock);
  await account.identify({ renew: true });
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    identify: (when) => account.identify(when),
    ...(namespace === '' ? {} : { namespace }),
  };
}

/** Reads the mounted token and authority, and again when they may have been replaced. */
class MountedAccount {
  readonly #folder: string;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #identity: Promise<Identity> | undefined;
  #readAt = 0;

  constructor(folder: string, clock: Pick<Clock, 'monotonicMs'>) {
    this.#folder = folder;
    this.#clock = clock;
  }

  identify({ renew }: { readonly renew: boolean }): Promise<Identity> {
    const now = this.#clock.monotonicMs();
    if (this.#identity !== undefined && !renew && now - this.#readAt < readAgainAfterMs)
      return this.#identity;
    this.#readAt = now;
    const last = this.#identity;
    // A mount that is being replaced may be unreadable for a moment: the last token is still good then.
    this.#identity = this.#read().catch((error: unknown) => {
      if (last === undefined) throw error;
      return last;
    });
    return this.#identity;
  }

  async #read(): Promise<Identity> {
    try {
      const [token, ca] = await Promise.all([
        readFile(join(this.#folder, 'token'), 'utf8'),
        readFile(join(this.#folder, 'ca.crt'), 'utf8'),
      ]);
      return { tls: { ca }, authorization: `Bearer ${token.trim()}` };
    } catch (error) {
      throw new TidemarkError(
        'ClusterUnauthorized',
        `cannot read the service account mounted in ${this.#folder}: ${messageOf(error)}; the pod needs automountServiceAccountToken`,
        { cause: error },
      );
    }
  }
}
