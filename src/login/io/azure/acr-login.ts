import { z } from 'zod';
import { TidemarkError } from '../../../model/errors.ts';
import { clockSentence } from '../../clock-sentence.ts';
import { jwtExpiry } from '../../jwt-claims.ts';
import type { LoginRoute, TimedLogin } from '../../ports.ts';
import { isHeaderText } from '../read-token.ts';
import type { TokenClient } from '../token-client.ts';

export interface AcrRequest {
  readonly host: string;
  /** A token of Microsoft Entra ID for registries. */
  readonly accessToken: string;
  readonly tenantId: string | undefined;
}

const schema = z.object({ refresh_token: z.string() });
/** What a registry of Azure takes for a user name beside one of its tokens. */
const username = '00000000-0000-0000-0000-000000000000';

/** Exchanges a token of Entra for one of the registry, which is good for hours. Throws `LoginFailed`. */
export async function acrLogin(
  { host, accessToken, tenantId }: AcrRequest,
  { tokens, route }: { readonly tokens: TokenClient; readonly route: LoginRoute },
  signal: AbortSignal,
): Promise<TimedLogin> {
  const from = `the registry ${host}`;
  const form = {
    grant_type: 'access_token',
    service: host,
    access_token: accessToken,
    ...(tenantId === undefined ? {} : { tenant: tenantId }),
  };
  const url = new URL(`https://${host}/oauth2/exchange`);
  const answer = await tokens.send({ from, method: 'POST', url, form }, route, signal);
  const { status, body, clockAheadMs, serverNow } = answer;
  if (status !== 200) throw refused(host, status, clockSentence(clockAheadMs));
  const parsed = schema.safeParse(body);
  if (!parsed.success || !isHeaderText(parsed.data.refresh_token))
    throw new TidemarkError('LoginFailed', `${from}: the answer holds no token`);
  const password = parsed.data.refresh_token;
  const exp = jwtExpiry(password);
  if (exp === undefined)
    throw new TidemarkError('LoginFailed', `${from}: its token does not say when it ends`);
  return { login: { type: 'basic', username, password }, lifetimeMs: exp * 1000 - serverNow.getTime() };
}

function refused(host: string, status: number, clock: string | undefined): TidemarkError {
  const what =
    status === 404
      ? 'no registry of Azure answers there; look at the name'
      : 'it does not take the identity; give it the role AcrPull (Container Registry Repository Reader where the registry uses ABAC), and look whether the registry is in the same tenant and reachable from this network';
  const late = clock === undefined ? '' : `; ${clock}`;
  return new TidemarkError('LoginFailed', `the registry ${host} refused (${status}): ${what}${late}`);
}
