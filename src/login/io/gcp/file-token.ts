import { z } from 'zod';
import { isLinkLocal } from '../../../http/link-local.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type {
  AuthorizedUser,
  ExternalAccount,
  GcpCredentials,
  ServiceAccountKey,
} from '../../gcp/credentials-file.ts';
import { registryScopes } from '../../gcp/gcp-endpoints.ts';
import { googleFailure } from '../../gcp/google-failure.ts';
import { readOwnFile } from '../read-own-file.ts';
import { readToken, type AccessToken } from '../read-token.ts';
import { readRsaKey, signAssertion } from '../sign-assertion.ts';
import { exchangeSubject } from './exchange-subject.ts';
import { impersonate, type GoogleWay } from './impersonate.ts';

export interface FileWay extends GoogleWay {
  readonly now: () => Date;
  /** The file, for messages. */
  readonly path: string;
}

const from = 'Google';
const assertionSeconds = 3600;

/** The token that a credentials file stands for. Throws `LoginFailed`. */
export async function fileToken(
  credentials: GcpCredentials,
  way: FileWay,
  signal: AbortSignal,
): Promise<AccessToken> {
  switch (credentials.type) {
    case 'service_account':
      return keyToken(credentials, way, signal);
    case 'authorized_user':
      return userToken(credentials, way, signal);
    case 'external_account':
      return externalToken(credentials, way, signal);
    case 'impersonated_service_account': {
      const { source_credentials: source, service_account_impersonation_url: url, delegates } = credentials;
      const { value: token } = await fileToken(source, way, signal);
      return impersonate({ url, token, who: `the source in ${way.path}`, delegates }, way, signal);
    }
  }
}

/** By a JWT that the key of a service account has signed. */
async function keyToken(file: ServiceAccountKey, way: FileWay, signal: AbortSignal): Promise<AccessToken> {
  const { client_email: email, private_key_id: kid, token_uri: audience } = file;
  const key = readRsaKey(file.private_key);
  if (key === undefined)
    throw new TidemarkError('LoginFailed', `${way.path}: private_key is no RSA key in PEM form`);
  const seconds = Math.floor(way.now().getTime() / 1000);
  const assertion = signAssertion({
    key,
    header: { alg: 'RS256', ...(kid === undefined ? {} : { kid }) },
    claims: {
      iss: email,
      scope: registryScopes.join(' '),
      aud: audience,
      iat: seconds,
      exp: seconds + assertionSeconds,
    },
  });
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
  return grant(audience, form, {
    ...way,
    signal,
    advice: {
      invalid_grant: `the key of ${email} in ${way.path} is not taken; it may have been deleted or disabled, or its service account: make a new key`,
      invalid_client: `there is no service account ${email}`,
    },
  });
}

async function userToken(file: AuthorizedUser, way: FileWay, signal: AbortSignal): Promise<AccessToken> {
  const { client_id, client_secret, refresh_token, token_uri } = file;
  const form = { grant_type: 'refresh_token', client_id, client_secret, refresh_token };
  const again = `the login in ${way.path} has ended; run gcloud auth application-default login`;
  return grant(token_uri, form, {
    ...way,
    signal,
    advice: { invalid_grant: again, invalid_rapt: again, rapt_required: again, invalid_client: again },
  });
}

async function grant(
  url: string,
  form: Readonly<Record<string, string>>,
  {
    tokens,
    route,
    signal,
    advice,
  }: GoogleWay & { readonly signal: AbortSignal; readonly advice: Readonly<Record<string, string>> },
): Promise<AccessToken> {
  const answer = await tokens.send({ from, method: 'POST', url: new URL(url), form }, route, signal);
  if (answer.status === 200) return readToken(from, answer.body);
  throw new TidemarkError('LoginFailed', googleFailure({ ...answer, from, advice }));
}

async function externalToken(file: ExternalAccount, way: FileWay, signal: AbortSignal): Promise<AccessToken> {
  const { client_id: id, client_secret: secret } = file;
  return exchangeSubject(
    {
      audience: file.audience,
      token: await subjectToken(file.credential_source, way, signal),
      tokenType: file.subject_token_type,
      tokenUrl: file.token_url,
      impersonationUrl: file.service_account_impersonation_url,
      lifetimeSeconds: file.service_account_impersonation?.token_lifetime_seconds,
      // With a client the pool's project is known already, and Google takes no other.
      userProject: id === undefined ? file.workforce_pool_user_project : undefined,
      basic: id === undefined ? undefined : Buffer.from(`${id}:${secret ?? ''}`).toString('base64'),
      who: `the token of the credential_source in ${way.path}`,
    },
    way,
    signal,
  );
}

/** The token of the other identity provider, from where the file says. */
async function subjectToken(
  { file, url, headers, format }: ExternalAccount['credential_source'],
  way: FileWay,
  signal: AbortSignal,
): Promise<string> {
  const source = `the credential_source of ${way.path}`;
  const text =
    file === undefined
      ? await fetchSubject({ url: url ?? '', source, headers: headers ?? {} }, way, signal)
      : await readOwnFile(file, source);
  const field = format?.type === 'json' ? (format.subject_token_field_name ?? 'access_token') : undefined;
  const token = field === undefined ? text.trim() : fieldOf(text, field);
  if (token === undefined || token === '') throw new TidemarkError('LoginFailed', `${source} gives no token`);
  return token;
}

async function fetchSubject(
  {
    url: text,
    source,
    headers,
  }: { readonly url: string; readonly source: string; readonly headers: Readonly<Record<string, string>> },
  { tokens, route }: FileWay,
  signal: AbortSignal,
): Promise<string> {
  const url = URL.parse(text);
  if (url === null) throw new TidemarkError('LoginFailed', `${source}: url is not a URL`);
  const request = { from: source, method: 'GET', url, headers } as const;
  // The file is this program's own: what it names on this machine is asked directly, past proxies and guards.
  const isOwn = isLinkLocal(url.hostname) || url.protocol === 'http:';
  const answer = isOwn ? await tokens.sendOwn(request, signal) : await tokens.send(request, route, signal);
  if ('reason' in answer)
    throw new TidemarkError('LoginFailed', `${source}: ${url.host} does not answer (${answer.reason})`);
  if (answer.status === 200) return answer.text;
  throw new TidemarkError('LoginFailed', `${source}: ${url.host} refused (${answer.status})`);
}

function fieldOf(text: string, field: string): string | undefined {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    const value = parsed.success ? parsed.data[field] : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
