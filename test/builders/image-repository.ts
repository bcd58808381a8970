import type { ImageRepository } from '../../src/api/image-repository.ts';
import { build, type Wanted } from './build.ts';

/** An ImageRepository `apps/app` of `registry.example.com/app`, scanned every 5 minutes. */
export function imageRepository(
  wanted: Wanted<ImageRepository['spec'], ImageRepository['status']> = {},
): ImageRepository {
  return build(
    'ImageRepository',
    { spec: { image: 'registry.example.com/app', interval: '5m', ...wanted.spec } },
    wanted,
  );
}
