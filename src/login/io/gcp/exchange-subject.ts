import { TidemarkError } from '../../../model/errors.ts';
import { impersonationScopes, registryScopes } from '../../gcp/gcp-endpoints.ts';
import { googleFailure } from '../../gcp/google-failure.ts';
import { readToken, type AccessToken } from '../read-token.ts';
import { impersonate, type GoogleWay } from './impersonate.ts';

/** A token of somebody else's, and whom it stands for at Google. */
export interface Subject {
  /** The resource name of a provider in a workload identity pool, or the name of a GKE cluster's own. */
  readonly audience: string;
  readonly token: string;
  readonly tokenType: string;
  readonly tokenUrl: string;
  /** Where a service account is impersonated afterwards, if one is. */
  readonly impersonationUrl?: string | undefined;
  readonly lifetimeSeconds?: number | undefined;
  readonly basic?: string | undefined;
  readonly userProject?: string | undefined;
  /** Whose token it is, for messages. */
  readonly who: string;
}

const from = "Google's Security Token Service";

/** Exchanges a token of a workload identity for one of Google. Throws `LoginFailed`. */
export async function exchangeSubject(
  subject: Subject,
  way: GoogleWay,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { impersonationUrl: url, lifetimeSeconds, who, userProject, basic } = subject;
  const scopes = url === undefined ? registryScopes : impersonationScopes;
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: subject.audience,
    scope: scopes.join(' '),
    subject_token: subject.token,
    subject_token_type: subject.tokenType,
    ...(userProject === undefined ? {} : { options: JSON.stringify({ userProject }) }),
  };
  const request = {
    from,
    method: 'POST',
    url: new URL(subject.tokenUrl),
    form,
    ...(basic === undefined ? {} : { headers: { authorization: `Basic ${basic}` } }),
  } as const;
  const answer = await way.tokens.send(request, way.route, signal);
  if (answer.status !== 200)
    throw new TidemarkError('LoginFailed', googleFailure({ ...answer, from, advice: adviceFor(subject) }));
  const federated = readToken(from, answer.body);
  if (url === undefined) return federated;
  return impersonate({ url, token: federated.value, who, lifetimeSeconds }, way, signal);
}

function adviceFor({ who, audience }: Subject): Readonly<Record<string, string>> {
  return {
    invalid_grant: `${who} is not taken: it may have expired, or have another issuer or audience than the workload identity provider expects`,
    invalid_target: `there is no enabled workload identity provider for the audience ${audience}; look at its name`,
    unauthorized_client: `an attribute condition of the workload identity provider excludes ${who}`,
    invalid_request: `the audience ${audience} is not one of a workload identity provider`,
  };
}
