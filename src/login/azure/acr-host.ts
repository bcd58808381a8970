import { TidemarkError } from '../../model/errors.ts';
import { parseImageName } from '../../model/image-ref.ts';
import type { AzureEnvironment } from './environment-file.ts';

const pattern = String.raw`^.+\.(azurecr\.io|azurecr\.cn|azurecr\.de|azurecr\.us)$`;
const known = new RegExp(pattern);

/** The registry that `image` lies in, if it is one of Azure. Throws `LoginFailed` with Flux's words otherwise. */
export function acrHost(image: string, environment: AzureEnvironment | undefined): string {
  const host = parseImageName(image).registry;
  if (known.test(host)) return host;
  const suffix = environment?.containerRegistryDNSSuffix?.replace(/^\.+/, '') ?? '';
  if (environment === undefined)
    throw new TidemarkError('LoginFailed', `invalid Azure registry: '${host}'. must match ${pattern}`);
  // At a dot: who has registered a name that merely ends the same gets no token.
  if (suffix !== '' && host.endsWith(`.${suffix}`)) return host;
  throw new TidemarkError(
    'LoginFailed',
    suffix === ''
      ? `invalid Azure registry: '${host}'. must match ${pattern}; the file that AZURE_ENVIRONMENT_FILEPATH names has no containerRegistryDNSSuffix`
      : `invalid Azure registry: '${host}'. must end with ${suffix}`,
  );
}
