/** What a token for registries is asked for with. */
export const registryScopes = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/userinfo.email',
] as const;

/** What it takes to impersonate a service account. */
export const impersonationScopes = ['https://www.googleapis.com/auth/cloud-platform'] as const;

export const securityTokenUrl = 'https://sts.googleapis.com/v1/token';
export const oauthTokenUrl = 'https://oauth2.googleapis.com/token';

/** Where tokens of a service account are given to those who may impersonate it. `email` must have been checked. */
export function impersonationUrl(email: string): string {
  return `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;
}
