import { z } from 'zod';
import { TidemarkError } from '../../model/errors.ts';
import { oauthTokenUrl, securityTokenUrl } from './gcp-endpoints.ts';

const httpsUrl = z
  .string()
  .refine((text) => URL.parse(text)?.protocol === 'https:', 'must be an https:// URL');

const serviceAccount = z.object({
  type: z.literal('service_account'),
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
  token_uri: httpsUrl.default(oauthTokenUrl),
});

const authorizedUser = z.object({
  type: z.literal('authorized_user'),
  client_id: z.string(),
  client_secret: z.string(),
  refresh_token: z.string(),
  token_uri: httpsUrl.default(oauthTokenUrl),
});

const format = z.object({
  type: z.enum(['text', 'json']).default('text'),
  subject_token_field_name: z.string().optional(),
});

const externalAccount = z.object({
  type: z.literal('external_account'),
  audience: z.string(),
  subject_token_type: z.string(),
  token_url: httpsUrl.default(securityTokenUrl),
  service_account_impersonation_url: httpsUrl.optional(),
  service_account_impersonation: z.object({ token_lifetime_seconds: z.number().optional() }).optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  workforce_pool_user_project: z.string().optional(),
  credential_source: z.object({
    file: z.string().optional(),
    url: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    format: format.optional(),
    executable: z.unknown().optional(),
    environment_id: z.string().optional(),
    certificate: z.unknown().optional(),
  }),
});

const impersonated = z.object({
  type: z.literal('impersonated_service_account'),
  service_account_impersonation_url: httpsUrl,
  delegates: z.array(z.string()).optional(),
  source_credentials: z.discriminatedUnion('type', [serviceAccount, authorizedUser, externalAccount]),
});

const schema = z.discriminatedUnion('type', [serviceAccount, authorizedUser, externalAccount, impersonated]);

/** The kinds of `application_default_credentials.json` that give tokens. */
export type GcpCredentials = z.infer<typeof schema>;
export type ServiceAccountKey = z.infer<typeof serviceAccount>;
export type AuthorizedUser = z.infer<typeof authorizedUser>;
export type ExternalAccount = z.infer<typeof externalAccount>;

/** Reads a credentials file of Google Cloud. Names the keys that are wrong, and never what is in them. Throws `LoginFailed`. */
export function parseGcpCredentials(text: string, path: string): GcpCredentials {
  const refuse = (what: string): never => {
    throw new TidemarkError('LoginFailed', `${path} ${what}`);
  };
  const value = parseJson(text) ?? refuse('is not JSON');
  const parsed = schema.safeParse(value);
  if (parsed.success) return checkSource(parsed.data, refuse);
  const type = z.object({ type: z.string() }).safeParse(value);
  const known = schema.options.map((option) => option.shape.type.value);
  if (!type.success || !known.some((name) => name === type.data.type))
    return refuse(`holds no credentials of a type that is supported (${known.join(', ')})`);
  const keys = [...new Set(parsed.error.issues.map(({ path: at }) => at.join('.')))];
  return refuse(`is of type ${type.data.type}, and these keys are missing or wrong: ${keys.join(', ')}`);
}

function checkSource(credentials: GcpCredentials, refuse: (what: string) => never): GcpCredentials {
  const inner =
    credentials.type === 'impersonated_service_account' ? credentials.source_credentials : credentials;
  if (inner.type !== 'external_account') return credentials;
  const { executable, environment_id: environmentId, certificate, file, url } = inner.credential_source;
  if (executable !== undefined)
    return refuse("has a credential_source of type 'executable', which is never run; use 'file' or 'url'");
  if (environmentId !== undefined)
    return refuse(
      `has a credential_source for '${environmentId}', which is not supported; use 'file' or 'url'`,
    );
  if (certificate !== undefined)
    return refuse(
      "has a credential_source of type 'certificate', which is not supported; use 'file' or 'url'",
    );
  if (file === undefined && url === undefined)
    return refuse("has a credential_source with neither 'file' nor 'url'");
  return credentials;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
