import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TestContext } from 'node:test';

import type { AnyObject, KindName } from '../../api/kinds.ts';
import { silentLog } from '../../model/log.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { describeStoreContract } from '../store-contract.ts';
import type { StoreHarness } from '../store-contract.ts';
import { openLocalStore } from './local-store.ts';

async function createHarness(t: TestContext): Promise<StoreHarness> {
  const root = mkdtempSync(join(tmpdir(), 'local-store-'));
  const store = await openLocalStore({
    paths: [root],
    stateFolder: join(root, '.tidemark'),
    role: 'runner',
    clock: { now: () => new Date() },
    log: silentLog,
    watchHistory: 8,
  });
  t.after(async () => {
    await store.close();
    rmSync(root, { recursive: true, force: true });
  });
  const { objects, events } = store;

  const fileOf = (kind: KindName, { namespace, name }: ObjectKey): string =>
    join(root, `${kind}-${namespace}-${name}.json`);

  /** Waits until what `kind` shows of an object passes the test. */
  async function until(
    kind: KindName,
    key: ObjectKey,
    test: (object: AnyObject | undefined) => boolean,
  ): Promise<void> {
    const abort = new AbortController();
    const isIt = async (): Promise<boolean> => test(await objects.get<KindName>(kind, key));
    for await (const _event of objects.watch(kind, { signal: abort.signal })) {
      if (await isIt()) abort.abort();
    }
  }

  return {
    objects,
    events,
    apply: async (object) => {
      writeFileSync(
        fileOf(object.kind, object.metadata),
        JSON.stringify(object, (key, value: unknown) =>
          key === 'namespace' && value === '' ? undefined : value,
        ),
      );
      await until(
        object.kind,
        object.metadata,
        (shown) =>
          shown !== undefined && shown.metadata.deletionTimestamp === undefined && saysSame(object, shown),
      );
    },
    remove: async (kind, key) => {
      rmSync(fileOf(kind, key));
      await until(
        kind,
        key,
        (shown) => shown === undefined || shown.metadata.deletionTimestamp !== undefined,
      );
    },
    expiredVersion: async () => {
      const { resourceVersion } = await objects.list('ImageRepository');
      for (let index = 0; index < 40; index += 1) {
        await objects.create({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: `n${index}`, namespace: '' },
        });
      }
      return resourceVersion;
    },
  };
}

/** What the owner wrote is what is shown, defaults aside. */
function saysSame(written: AnyObject, shown: AnyObject): boolean {
  const data = 'data' in written && 'data' in shown ? isDeepStrictEqual(written.data, shown.data) : true;
  const labels = Object.entries(written.metadata.labels ?? {}).every(
    ([key, value]) => shown.metadata.labels?.[key] === value,
  );
  const shownSpec = new Map<string, unknown>(Object.entries(shown.spec ?? {}));
  const spec = Object.entries(written.spec ?? {}).every(([key, value]) =>
    isDeepStrictEqual(shownSpec.get(key), value),
  );
  return data && labels && spec;
}

describeStoreContract('local store', createHarness);
