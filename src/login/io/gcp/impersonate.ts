import { z } from 'zod';
import { TidemarkError } from '../../../model/errors.ts';
import { registryScopes } from '../../gcp/gcp-endpoints.ts';
import { googleFailure } from '../../gcp/google-failure.ts';
import type { LoginRoute } from '../../ports.ts';
import { isHeaderText, type AccessToken } from '../read-token.ts';
import type { TokenClient } from '../token-client.ts';

export interface Impersonation {
  readonly url: string;
  /** Of whoever may impersonate. */
  readonly token: string;
  /** Who that is, for messages. */
  readonly who: string;
  readonly delegates?: readonly string[] | undefined;
  readonly lifetimeSeconds?: number | undefined;
}

export interface GoogleWay {
  readonly tokens: TokenClient;
  readonly route: LoginRoute;
}

const schema = z.object({ accessToken: z.string(), expireTime: z.string() });
const usualLifeSeconds = 3600;

/** A token of a service account of Google, for somebody who may impersonate it. Throws `LoginFailed`. */
export async function impersonate(
  { url, token, who, delegates = [], lifetimeSeconds = usualLifeSeconds }: Impersonation,
  { tokens, route }: GoogleWay,
  signal: AbortSignal,
): Promise<AccessToken> {
  const email = /\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(url)?.[1] ?? 'the service account';
  const from = `the impersonation of ${email}`;
  const headers = { authorization: `Bearer ${token}` };
  const json = { lifetime: `${lifetimeSeconds}s`, scope: registryScopes, delegates };
  const answer = await tokens.send({ from, method: 'POST', url: new URL(url), headers, json }, route, signal);
  if (answer.status !== 200)
    throw new TidemarkError('LoginFailed', googleFailure({ ...answer, from, advice: adviceFor(email, who) }));
  const parsed = schema.safeParse(answer.body);
  const endMs = parsed.success ? Date.parse(parsed.data.expireTime) : Number.NaN;
  if (!parsed.success || Number.isNaN(endMs) || !isHeaderText(parsed.data.accessToken))
    throw new TidemarkError('LoginFailed', `${from}: the answer holds no token`);
  return { value: parsed.data.accessToken, lifetimeMs: endMs - answer.serverNow.getTime() };
}

function adviceFor(email: string, who: string): Readonly<Record<string, string>> {
  return {
    SERVICE_DISABLED: 'enable the API iamcredentials.googleapis.com in the project of the service account',
    PERMISSION_DENIED: `${who} may not impersonate ${email}; give it the role roles/iam.workloadIdentityUser on that service account (roles/iam.serviceAccountTokenCreator where it is no workload identity)`,
    NOT_FOUND: `there is no service account ${email}; look at its name`,
    UNAUTHENTICATED: `the token of ${who} is not taken`,
  };
}
