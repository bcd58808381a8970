import { TidemarkError } from '../../model/errors.ts';
import { parseImageName } from '../../model/image-ref.ts';

const pattern = String.raw`^(((.+\.)?gcr\.io)|(.+-docker\.pkg\.dev)|(docker\.s3nsregistry\.fr))$`;
const known = new RegExp(pattern);

/** Throws `LoginFailed`, with Flux's words, when `image` lies in no registry of Google Cloud. */
export function checkGarHost(image: string): void {
  const { registry } = parseImageName(image);
  if (!known.test(registry))
    throw new TidemarkError('LoginFailed', `invalid GCP registry: '${registry}'. must match ${pattern}`);
}
