import type { EcrRegistry } from './ecr-registry.ts';

export type AwsService = 'ECR' | 'ECR_PUBLIC' | 'STS';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the partition's hosts are reached over IPv6 as well. */
const dualStackSuffix = 'api.aws';

/** Where logins of a registry are handed out. */
export function ecrEndpoint(registry: EcrRegistry, environment: Environment): URL {
  const { kind, region, suffix, fips } = registry;
  if (kind === 'public') return endpoint('ECR_PUBLIC', `api.ecr-public.${region}.${suffix}`, environment);
  if (suffix === 'on.aws')
    return endpoint('ECR', `${fips ? 'ecr-fips' : 'ecr'}.${region}.${dualStackSuffix}`, environment);
  return endpoint('ECR', `${fips ? 'ecr-fips' : 'api.ecr'}.${region}.${suffix}`, environment);
}

/** The token service in the same region: the global one would tie every region to another. */
export function stsEndpoint(
  { region, suffix }: { readonly region: string; readonly suffix: string },
  environment: Environment,
): URL {
  return endpoint('STS', `sts.${region}.${suffix === 'on.aws' ? dualStackSuffix : suffix}`, environment);
}

/** The environment may name another place, for one service or for all: a VPC endpoint, a gateway, a server of tests. */
function endpoint(service: AwsService, host: string, environment: Environment): URL {
  const ignored = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  const named = environment[`AWS_ENDPOINT_URL_${service}`] || environment['AWS_ENDPOINT_URL'];
  const url = ignored ? null : URL.parse(named ?? '');
  return url ?? new URL(`https://${host}/`);
}
