import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { inspectPolicy } from '../../controllers/image-policy/inspect-policy.ts';
import { previewAutomation } from '../../controllers/image-update-automation/preview-automation.ts';
import { createReadingCache } from '../../controllers/image-update-automation/reading-cache.ts';
import { Trust } from '../../http/trust.ts';
import { GitPublisher } from '../../pipeline/publish/io/git-publisher.ts';
import { templateSources } from '../../pipeline/publish/io/template-sources.ts';
import { createTagDatabase } from '../../pipeline/scan/io/tag-database.ts';
import type { ObjectStore } from '../../store/store.ts';
import { openLogins } from '../open-logins.ts';
import type { EmbeddedHomeDeps } from './place.ts';

/** What can be asked about objects beyond what they say themselves. */
export type Inspector = Pick<Home, 'inspect' | 'preview' | 'close'>;

const readingCacheSize = 1000;

/** Answers questions about policies and automations beside a run that may be going on: mirrors of its own, and nothing is changed. */
export function createInspector(stateFolder: string, store: ObjectStore, deps: EmbeddedHomeDeps): Inspector {
  const readings = createReadingCache(readingCacheSize);
  const trust = new Trust(deps.environment, deps.log);
  const logins = openLogins({ ...deps, trust });
  let own: { readonly folder: string; readonly publisher: GitPublisher } | undefined;
  const publisher = (): GitPublisher => {
    // The mirrors of the state folder belong to the run that holds it.
    const folder = own?.folder ?? mkdtempSync(join(stateFolder, 'look-'));
    own ??= { folder, publisher: new GitPublisher({ ...deps, trust, mirrors: folder }) };
    return own.publisher;
  };
  return {
    inspect: async (policy, { tag }) => {
      const tags = createTagDatabase(join(stateFolder, 'tags.db'), { log: deps.log });
      try {
        return await inspectPolicy(policy, { store, tags, tag, crossNamespaceAllowed: true });
      } finally {
        tags.close();
      }
    },
    preview: (automation, signal) =>
      previewAutomation(
        automation,
        {
          store,
          logins,
          objectLevelIdentity: false,
          readings,
          sources: templateSources(deps.clock),
          publisher: publisher(),
          now: deps.clock.now(),
          crossNamespaceAllowed: true,
          readsLocalFiles: true,
        },
        signal,
      ),
    close: async () => {
      await Promise.all([own?.publisher.close(), logins.close()]);
      if (own !== undefined) rmSync(own.folder, { recursive: true, force: true });
    },
  };
}
