import { TidemarkError } from '../../model/errors.ts';
import type { AzureEnvironment } from './environment-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Azure DevOps, as Microsoft Entra ID knows it. */
export const devOpsScope = '499b84ac-1321-427f-aa17-267ca6975798/.default';

/** The same in all clouds. */
const registryAudience = 'https://containerregistry.azure.net';
const publicAuthority = 'https://login.microsoftonline.com';
const authorities: readonly (readonly [suffix: string, authority: string])[] = [
  ['.azurecr.cn', 'https://login.chinacloudapi.cn'],
  ['.azurecr.us', 'https://login.microsoftonline.us'],
];

/** What a token for a registry is asked for with. */
export function registryScope(cloud: AzureEnvironment | undefined): string {
  if (cloud === undefined) return `${registryAudience}/.default`;
  const { resourceManagerEndpoint, tokenAudience } = cloud;
  const audience = resourceManagerEndpoint ?? tokenAudience;
  if (audience !== undefined && audience !== '') return `${audience}/.default`;
  throw new TidemarkError(
    'LoginFailed',
    'AZURE_ENVIRONMENT_FILEPATH: the file names no resourceManagerEndpoint, the audience of tokens',
  );
}

/** Where Microsoft Entra ID answers: as the environment says, else in the cloud that the registry is in. Without a slash at the end. */
export function authorityOf(
  environment: Environment,
  { cloud, registry = '' }: { readonly cloud?: AzureEnvironment | undefined; readonly registry?: string },
): string {
  const said = environment['AZURE_AUTHORITY_HOST'] || cloud?.activeDirectoryEndpoint;
  const byRegistry = authorities.find(([suffix]) => registry.endsWith(suffix))?.[1];
  const authority = (said || byRegistry || publicAuthority).replace(/\/+$/, '');
  if (URL.parse(authority)?.protocol === 'https:') return authority;
  throw new TidemarkError('LoginFailed', 'AZURE_AUTHORITY_HOST must be a URL that begins with https://');
}
