import { TidemarkError } from '../../model/errors.ts';

/** A registry of AWS, as its host says. */
export interface EcrRegistry {
  readonly kind: 'private' | 'public';
  readonly region: string;
  /** How the names of the partition's hosts end. `on.aws` stands for every host that is reached over IPv6 as well. */
  readonly suffix: string;
  readonly fips: boolean;
}

/** Flux's words: shown to people, and matched anywhere in the host. */
const pattern = String.raw`([0-9+]*).dkr[.-]ecr(?:-fips)?\.([^/.]*)\.(amazonaws\.com[.cn]*|amazonaws\.eu|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|on\.aws)`;

const publicHost = 'public.ecr.aws';

/** Domains that are AWS's own. The pattern takes others for them, such as `amazonaws.com.cc`. */
const suffixes: ReadonlySet<string> = new Set([
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'sc2s.sgov.gov',
  'c2s.ic.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
  'on.aws',
]);

/**
 * Reads the host of a registry. Throws `LoginFailed` for a host that the pattern does not know, and for one that goes on after it:
 * `1.dkr.ecr.us-east-1.amazonaws.com.example.com` is not AWS, and must not be shown a login.
 */
export function parseEcrRegistry(host: string): EcrRegistry {
  if (host === publicHost) {
    return { kind: 'public', region: 'us-east-1', suffix: 'amazonaws.com', fips: false };
  }
  const [match, , region, suffix] = new RegExp(pattern).exec(host) ?? [];
  if (match === undefined || region === undefined || suffix === undefined) {
    throw new TidemarkError('LoginFailed', `invalid AWS registry: '${host}'. must match ${pattern}`);
  }
  const rest = host.slice(host.indexOf(match) + match.length);
  if (!suffixes.has(suffix) || !/^(?::\d+)?$/.test(rest) || !/^[a-z0-9-]+$/.test(region)) {
    throw new TidemarkError(
      'LoginFailed',
      `invalid AWS registry: '${host}' looks like a registry of AWS and is none: its name must end after the domain of AWS`,
    );
  }
  return { kind: 'private', region, suffix, fips: /dkr[.-]ecr-fips\./.test(match) };
}
