import { messageOf, TidemarkError } from '../../model/errors.ts';
import { parseImageName } from '../../model/image-ref.ts';
import { createCommand } from '../create-command.ts';
import { goDuration, intervalOf, reference, required } from '../create-object.ts';
import { text } from '../flags.ts';

export const createImageRepository = createCommand({
  kind: 'ImageRepository',
  what: 'ImageRepository',
  summary: 'Create an image repository to scan',
  flags: {
    image: text('--image <name>', 'the image to scan, without a tag; required'),
    secretRef: text('--secret-ref <name>', 'Secret with registry credentials'),
    certRef: text('--cert-ref <name>', 'Secret with certificates'),
    scanTimeout: text('--scan-timeout <duration>', 'how long one scan may take; the interval when left out'),
  },
  examples: ['tidemark create image repository web --image=ghcr.io/acme/web --interval=10m --export'],
  spec: ({ image: given, secretRef, certRef, scanTimeout, interval }) => {
    const image = required(given, 'an image repository (--image) is required');
    try {
      parseImageName(image);
    } catch (error) {
      throw new TidemarkError('UsageError', `unable to parse image value: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return {
      image,
      interval: intervalOf({ interval }),
      timeout: scanTimeout === undefined ? undefined : goDuration(scanTimeout, '--scan-timeout'),
      secretRef: reference(secretRef),
      certSecretRef: reference(certRef),
    };
  },
});
