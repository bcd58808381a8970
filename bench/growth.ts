import { measureChanges, warmStage } from './changes.ts';
import type { Figure } from './figure.ts';
import type { FleetOptions } from './fleet.ts';
import { benchManyImages } from './many-images.ts';
import type { Workshop } from './workshop.ts';

const base = { files: 1000, markers: 50, policies: 50, tagsPerPolicy: 10, images: 'one' } as const;

const steps: readonly (Omit<FleetOptions, 'name'> & { readonly grown: string })[] = [
  { ...base, grown: '1,000 files, 50 markers, 50 policies, 500 tags' },
  { ...base, grown: 'ten times the files', files: 10_000 },
  { ...base, grown: 'ten times the markers', markers: 500 },
  { ...base, grown: 'ten times the tags', tagsPerPolicy: 100 },
  { ...base, grown: 'ten times the policies', policies: 500 },
];

/** How the cost of one new tag grows as one thing grows tenfold, and that of a start as the objects do. */
export async function benchGrowth(workshop: Workshop): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [at, { grown, ...options }] of steps.entries()) {
    const stage = await warmStage(workshop, { ...options, name: `growth-${at}` });
    figures.push(
      await measureChanges(stage, { policies: 1, rounds: 9 }, { work: `one tag changes: ${grown}` }),
    );
    await stage.runner.stop();
  }
  return [...figures, ...(await benchManyImages(workshop, 500))];
}
