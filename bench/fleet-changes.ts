import { measureChanges, warmStage } from './changes.ts';
import type { Figure } from './figure.ts';
import type { Workshop } from './workshop.ts';

const big = { files: 10_000, markers: 500, policies: 500 } as const;
const size = '10,000 files, 500 markers, 500 policies';

/** One new tag, and new tags for all policies: from the request for a scan to the commit on the remote. */
export async function benchFleetChanges(workshop: Workshop): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const one = await warmStage(workshop, { ...big, name: 'one-image', images: 'one' });
  figures.push(
    await measureChanges(
      one,
      { policies: 1, rounds: 15 },
      { work: `one tag changes, ${size}, warm`, flux: '3.7 s, 4.1 CPU-s', target: 'under 200 ms' },
    ),
    await measureChanges(
      one,
      { policies: 500, rounds: 9 },
      {
        work: 'all 500 policies change at once',
        flux: '251 s in 3 commits, 276 CPU-s',
        target: 'under 1 s in 1 commit',
      },
    ),
  );
  await one.runner.stop();
  const each = await warmStage(workshop, { ...big, name: 'image-each', images: 'each' });
  figures.push(
    await measureChanges(
      each,
      { policies: 1, rounds: 9 },
      { work: 'one tag changes, each policy with an image of its own' },
    ),
    await measureChanges(
      each,
      { policies: 500, rounds: 5 },
      { work: 'all 500 change at once, each with an image of its own: 500 scans' },
    ),
  );
  await each.runner.stop();
  const small = await warmStage(workshop, {
    name: 'small',
    files: 50,
    markers: 3,
    policies: 3,
    images: 'one',
  });
  figures.push(
    await measureChanges(
      small,
      { policies: 1, rounds: 15 },
      { work: 'one tag changes, 50 files, 3 policies', flux: '190 ms', target: 'under 100 ms' },
    ),
  );
  await small.runner.stop();
  return figures;
}
