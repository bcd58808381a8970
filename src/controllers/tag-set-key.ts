import type { ImageName } from '../model/image-ref.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { formatKey } from '../model/object-key.ts';

/**
 * Where the tags of an ImageRepository are kept. Two objects for one image have a set each, since exclusions and
 * credentials differ; an object whose image changes starts a new one, so that old tags never pass for the new image's.
 */
export function tagSetKey(repository: ObjectKey, image: Pick<ImageName, 'canonical'>): string {
  return `${formatKey(repository)} ${image.canonical}`;
}
