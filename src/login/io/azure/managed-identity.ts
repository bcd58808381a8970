import { z } from 'zod';
import { TidemarkError } from '../../../model/errors.ts';
import type { AzureWay } from '../../azure/azure-ways.ts';
import { readToken, type AccessToken } from '../read-token.ts';
import type { NoAnswer, TokenAnswer, TokenClient, TokenRequest } from '../token-client.ts';

type OwnWay = Extract<AzureWay, { type: 'app-service' | 'machine' }>;

/** App Service says when a token ends, and not for how long it is good. */
const endSchema = z.object({
  expires_on: z.union([z.number(), z.string().regex(/^\d+$/)]).transform(Number),
});

/** A token of the identity that Azure has given this machine, container or app; or why there is none here. Throws `LoginFailed`. */
export async function managedIdentityToken(
  way: OwnWay,
  { scope, tokens }: { readonly scope: string; readonly tokens: TokenClient },
  signal: AbortSignal,
): Promise<AccessToken | NoAnswer> {
  const request = requestFor(way, scope.replace(/\/\.default$/, ''));
  const answer = await tokens.sendOwn(request, signal);
  if ('reason' in answer) return { reason: `${request.url.host} does not answer (${answer.reason})` };
  if (answer.status === 200) return { ...readToken(request.from, answer.body), ...lifeUntil(answer, way) };
  const named = way.clientId === undefined ? '' : ` with client id ${way.clientId} (AZURE_CLIENT_ID)`;
  if (answer.status === 400 || answer.status === 404)
    return {
      reason: `${request.url.host} knows no identity${named} (${answer.status}); assign one to this machine`,
    };
  throw new TidemarkError(
    'LoginFailed',
    `${request.from} refused (${answer.status}): it gives no token for ${scope}`,
  );
}

function requestFor(way: OwnWay, resource: string): TokenRequest {
  const from = "the metadata service of Azure's managed identities";
  const url =
    way.type === 'machine'
      ? URL.parse(`${way.origin}/metadata/identity/oauth2/token`)
      : URL.parse(way.endpoint);
  if (url === null) {
    const name = way.type === 'machine' ? 'AZURE_POD_IDENTITY_AUTHORITY_HOST' : 'IDENTITY_ENDPOINT';
    throw new TidemarkError('LoginFailed', `${name} is not a URL`);
  }
  url.searchParams.set('api-version', way.type === 'machine' ? '2018-02-01' : '2019-08-01');
  url.searchParams.set('resource', resource);
  if (way.clientId !== undefined) url.searchParams.set('client_id', way.clientId);
  const headers: Readonly<Record<string, string>> =
    way.type === 'machine' ? { metadata: 'true' } : { 'x-identity-header': way.header };
  return { from, method: 'GET', url, headers };
}

function lifeUntil({ body, serverNow }: TokenAnswer, { type }: OwnWay): { readonly lifetimeMs?: number } {
  if (type === 'machine') return {};
  const parsed = endSchema.safeParse(body);
  return parsed.success ? { lifetimeMs: parsed.data.expires_on * 1000 - serverNow.getTime() } : {};
}
