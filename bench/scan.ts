import { Worker } from 'node:worker_threads';
import { figureOf, type Beside, type Figure } from './figure.ts';
import { systemClock } from '../src/app/clock.ts';
import { parseImageName } from '../src/model/image-ref.ts';
import { silentLog } from '../src/model/log.ts';
import { compileExclusions, withoutExcluded } from '../src/pipeline/scan/exclusions.ts';
import { HttpRegistryClient } from '../src/pipeline/scan/io/http-registry-client.ts';
import { emptyKeychain } from '../src/pipeline/scan/keychain.ts';
import { sortTags } from '../src/pipeline/scan/tag-order.ts';
import { tagsChecksum } from '../src/pipeline/scan/tags-checksum.ts';

const rounds = 15;
const access = { keychain: emptyKeychain, insecure: false, identity: 'bench' };
const exclusions = compileExclusions(undefined);

/** The scan stage by itself, against a registry on loopback: listing, excluding, ordering, summing up. */
export async function benchScan(): Promise<readonly Figure[]> {
  const registry = new Worker(new URL('./scan-registry.ts', import.meta.url));
  const host = await new Promise<string>((resolve, reject) => {
    registry.once('message', resolve);
    registry.once('error', reject);
  });
  const client = new HttpRegistryClient({ clock: systemClock, log: silentLog, random: Math.random });
  const scan = async (repository: string): Promise<number> => {
    const image = parseImageName(`${host}/${repository}`);
    const listed = await client.listTags(image, access, new AbortController().signal);
    const tags = sortTags(withoutExcluded(listed, exclusions));
    tagsChecksum(tags);
    return tags.length;
  };
  const scanMany = (count: number): Promise<readonly number[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => scan(`many/app-${index}`)));
  try {
    return [
      await measure(
        { work: 'scan of 100,000 tags in pages of 1,000', flux: '250 ms', target: 'no slower' },
        rounds,
        () => scan('big'),
      ),
      await measure(
        { work: 'scan of 100,000 tags in one answer', flux: '370 ms', target: 'no slower' },
        rounds,
        () => scan('whole'),
      ),
      await measure({ work: 'scan of 5,000 repositories of 400 tags' }, 5, () => scanMany(5000)),
    ];
  } finally {
    await client.close();
    await registry.terminate();
  }
}

async function measure(
  row: { readonly work: string } & Beside,
  times: number,
  run: () => Promise<unknown>,
): Promise<Figure> {
  await run();
  const took: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const start = performance.now();
    await run();
    took.push(performance.now() - start);
  }
  return figureOf({ ...row, unit: 'ms' }, took);
}
