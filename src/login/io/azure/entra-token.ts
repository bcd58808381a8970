import { TidemarkError } from '../../../model/errors.ts';
import type { AzureClient } from '../../azure/azure-account.ts';
import { entraFailure } from '../../azure/entra-failure.ts';
import type { LoginRoute } from '../../ports.ts';
import { readToken, type AccessToken } from '../read-token.ts';
import type { TokenClient } from '../token-client.ts';

/** How an application shows Microsoft Entra ID that it is itself. */
export type EntraProof =
  | { readonly type: 'secret'; readonly secret: string }
  | { readonly type: 'assertion'; readonly assertion: string; readonly what: string };

export interface EntraRequest {
  /** Without a slash at the end. */
  readonly authority: string;
  readonly client: AzureClient;
  readonly scope: string;
  readonly proof: EntraProof;
}

const from = 'Microsoft Entra ID';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Where tokens of a tenant are given out; also what a signed assertion is meant for. */
export function tokenEndpoint(authority: string, { tenantId }: AzureClient): URL {
  return new URL(`${authority}/${tenantId}/oauth2/v2.0/token`);
}

/** A token of an application, by the client credentials grant. Throws `LoginFailed`. */
export async function entraToken(
  { authority, client, scope, proof }: EntraRequest,
  { tokens, route }: { readonly tokens: TokenClient; readonly route: LoginRoute },
  signal: AbortSignal,
): Promise<AccessToken> {
  const shown: Readonly<Record<string, string>> =
    proof.type === 'secret'
      ? { client_secret: proof.secret }
      : { client_assertion_type: assertionType, client_assertion: proof.assertion };
  const form = { grant_type: 'client_credentials', client_id: client.clientId, scope, ...shown };
  const url = tokenEndpoint(authority, client);
  const answer = await tokens.send({ from, method: 'POST', url, form }, route, signal);
  if (answer.status === 200) return readToken(from, answer.body);
  const what = proof.type === 'secret' ? 'the client secret' : proof.what;
  throw new TidemarkError('LoginFailed', entraFailure({ ...answer, client, scope, proof: what }));
}
