import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImagePolicy } from '../../api/image-policy.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { LoginSources } from '../../controllers/cloud-login.ts';
import { inspectPolicy } from '../../controllers/image-policy/inspect-policy.ts';
import { scanForPolicy } from '../../controllers/image-policy/scan-for-policy.ts';
import type { Preview } from '../../controllers/image-update-automation/preview-automation.ts';
import { previewAutomation } from '../../controllers/image-update-automation/preview-automation.ts';
import { createReadingCache } from '../../controllers/image-update-automation/reading-cache.ts';
import { refuseLinkLocal } from '../../http/link-local.ts';
import { templateSources } from '../../pipeline/publish/io/template-sources.ts';
import type { Selection } from '../../pipeline/select/select.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { serviceAccounts } from '../../store/kubernetes/service-accounts.ts';
import type { ObjectStore } from '../../store/store.ts';
import type { Question } from '../home.ts';
import { openParts, type Parts } from '../embedded/open-parts.ts';
import type { ConnectDeps } from './connect.ts';
import type { Log } from '../../model/log.ts';

export interface InspectorDeps extends ConnectDeps {
  readonly log: Log;
  readonly client: KubeClient;
  readonly store: ObjectStore;
}

const readingCacheSize = 1000;

/**
 * Answers questions about policies and automations of a cluster from here: the tags and mirrors of the controller lie in its pod. Goes to
 * registries and Git with the Secrets that the objects name, nowhere that the controller would not go, and leaves nothing behind.
 */
export class LiveInspector {
  readonly #deps: InspectorDeps;
  readonly #readings = createReadingCache(readingCacheSize);
  readonly #folder: string;
  readonly #parts: Parts;

  constructor(deps: InspectorDeps) {
    this.#deps = deps;
    this.#folder = mkdtempSync(join(tmpdir(), 'tidemark-look-'));
    this.#parts = openParts({ ...deps, folder: this.#folder, refuse: refuseLinkLocal });
  }

  async inspect(policy: ImagePolicy, { tag, signal }: Question): Promise<Selection> {
    const { store } = this.#deps;
    const sources = { store, registry: this.#parts.registry, crossNamespaceAllowed: true, ...this.#logins() };
    const tags = await scanForPolicy(policy, sources, signal);
    return inspectPolicy(policy, { store, tags, tag, crossNamespaceAllowed: true });
  }

  preview(automation: ImageUpdateAutomation, signal: AbortSignal): Promise<Preview> {
    const { store, clock } = this.#deps;
    return previewAutomation(
      automation,
      {
        store,
        ...this.#logins(),
        readings: this.#readings,
        sources: templateSources(clock),
        publisher: this.#parts.publisher,
        now: clock.now(),
        crossNamespaceAllowed: true,
        // An object of the cluster means a file of the pod, if it means one at all.
        readsLocalFiles: false,
      },
      signal,
    );
  }

  /** Logins that are this machine's own, or an account's: whoever looks may be allowed less than the controller. */
  #logins(): LoginSources {
    return {
      logins: this.#parts.logins,
      accounts: serviceAccounts(this.#deps.client),
      objectLevelIdentity: true,
    };
  }

  async close(): Promise<void> {
    await this.#parts.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
