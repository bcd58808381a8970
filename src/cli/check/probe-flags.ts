import { TidemarkError } from '../../model/errors.ts';
import { choice, type FlagValues, text, toggle } from '../flags.ts';

/** What is to be tried, and with which credentials. */
export const probeFlags = {
  registry: text(
    '--registry <image>',
    'try the way to a registry: the name of an image, or imagerepository/NAME',
  ),
  git: text('--git <url>', 'try the way to a Git repository: its URL, or gitrepository/NAME'),
  secret: text('--secret <name>', 'Secret with credentials for it, in place of those of an object'),
  certSecret: text('--cert-secret <name>', 'Secret with certificates for a registry'),
  proxySecret: text('--proxy-secret <name>', 'Secret with the proxy to use'),
  provider: choice('--provider <name>', 'where credentials come from', [
    'generic',
    'aws',
    'azure',
    'gcp',
    'github',
  ]),
  insecure: toggle('--insecure', 'allow plain HTTP to a registry'),
};

export type ProbeFlags = FlagValues<typeof probeFlags>;

/** True when a way is to be tried, and not the home itself. Throws `UsageError` for flags that go with nothing. */
export function asksForProbe(flags: ProbeFlags & { readonly pre: boolean }): boolean {
  const { registry, git, certSecret, insecure, provider } = flags;
  const refuse = (sentence: string): never => {
    throw new TidemarkError('UsageError', sentence);
  };
  if (registry === undefined && git === undefined) {
    if (saysHow(flags)) refuse('say what to try with these credentials: --registry IMAGE or --git URL');
    return false;
  }
  if (registry !== undefined && git !== undefined && saysHow(flags))
    refuse('--registry and --git want credentials of their own: try them one after the other');
  if (flags.pre) refuse('--pre is about the cluster: leave it out');
  if (git !== undefined && (certSecret !== undefined || insecure))
    refuse('--cert-secret and --insecure are for --registry: for Git, ca.crt is a key of the Secret');
  if (git !== undefined && provider === 'gcp') refuse('provider gcp is for registries');
  if (registry !== undefined && provider === 'github') refuse('provider github is for Git repositories');
  return true;
}

/** True when credentials are named here, so that those of objects do not matter. */
export function saysHow({ secret, certSecret, proxySecret, provider, insecure }: ProbeFlags): boolean {
  const named = [secret, certSecret, proxySecret, provider].some((value) => value !== undefined);
  return named || insecure;
}
