import { TidemarkError } from '../model/errors.ts';
import { checkImageRef, type ImageRef } from '../model/image-ref.ts';

/** What the person wants at the markers of one policy. */
export interface ImageAssignment {
  /** `namespace/name`, as people write it. */
  readonly policy: string;
  /** `namespace:name`, as markers spell it. */
  readonly setter: string;
  readonly ref: ImageRef;
}

/** Reads `namespace/policy=name:tag[@digest]`. Throws `UsageError` with the form that is wanted. */
export function parseImageAssignment(text: string): ImageAssignment {
  const equals = text.indexOf('=');
  const [namespace = '', name = '', ...more] = text.slice(0, Math.max(equals, 0)).split(/[/:]/);
  const ref = parseRef(text.slice(equals + 1));
  if (equals === -1 || namespace === '' || name === '' || more.length > 0 || ref === undefined) {
    throw new TidemarkError('UsageError', `--image takes namespace/policy=name:tag[@digest], got "${text}"`);
  }
  try {
    checkImageRef(ref);
  } catch (error) {
    throw new TidemarkError(
      'UsageError',
      `--image ${text}: this is no image with a tag, such as ghcr.io/acme/app:1.2.3`,
      { cause: error },
    );
  }
  return { policy: `${namespace}/${name}`, setter: `${namespace}:${name}`, ref };
}

/** Splits at the tag and the digest; the name stays as it is spelled. */
function parseRef(text: string): ImageRef | undefined {
  const [image = '', digest, ...more] = text.split('@');
  const colon = image.lastIndexOf(':');
  if (more.length > 0 || colon <= image.lastIndexOf('/')) return undefined;
  const ref = { name: image.slice(0, colon), tag: image.slice(colon + 1) };
  return digest === undefined ? ref : { ...ref, digest };
}
