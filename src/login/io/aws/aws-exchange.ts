import type { Clock } from '../../../model/clock.ts';
import type { AwsCredentials } from '../../aws/aws-credentials.ts';
import { areOutdated } from '../../aws/aws-failure.ts';
import { assumeRoleForm, readAssumedRole } from '../../aws/assumed-role.ts';
import { readAuthorizationToken, type RegistryToken } from '../../aws/authorization-token.ts';
import { codeCommitLifetimeMs, codeCommitLogin, parseCodeCommitUrl } from '../../aws/codecommit.ts';
import { parseEcrRegistry, type EcrRegistry } from '../../aws/ecr-registry.ts';
import { ecrEndpoint, stsEndpoint } from '../../aws/endpoints.ts';
import { roleOf, sessionName, tokenAudience } from '../../aws/role.ts';
import { signPost } from '../../aws/sign-request.ts';
import type { AccountIdentity, CloudExchange, CloudIdentity, LoginRoute, TimedLogin } from '../../ports.ts';
import { AwsRefusal, type AwsClient } from './aws-client.ts';
import type { MachineCredentialSource } from './machine-credentials.ts';

export interface AwsExchangeOptions {
  readonly client: AwsClient;
  readonly ambient: MachineCredentialSource;
  readonly clock: Clock;
  /** `AWS_ENDPOINT_URL*` are read from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Whether the CA that an object brings counts here. Not where objects are other people's: with it and with a proxy of their own they
   * would read what this program shows to AWS.
   */
  readonly trustsObjects: boolean;
}

/** Where in AWS something is. */
interface Place {
  readonly region: string;
  readonly suffix: string;
}

const machine = 'the AWS identity of this process';

/** Logins of ECR, ECR Public and CodeCommit. */
export class AwsExchange implements CloudExchange {
  readonly #options: AwsExchangeOptions;

  constructor(options: AwsExchangeOptions) {
    this.#options = options;
  }

  async registry(image: string, identity: CloudIdentity, signal: AbortSignal): Promise<TimedLogin> {
    const registry = parseEcrRegistry(image.split('/')[0] ?? '');
    const { account } = identity;
    const route = this.#routeOf(identity);
    const ask = (credentials: AwsCredentials): Promise<RegistryToken> =>
      this.#authorize(registry, { credentials, route, account }, signal);
    const { login, expiresAt } =
      account === undefined
        ? await this.#withAmbient({ region: registry.region, route }, ask, signal)
        : await ask(await this.#assume(account, { place: registry, route }, signal));
    return { login, lifetimeMs: expiresAt.getTime() - this.#options.clock.now().getTime() };
  }

  async git(url: string, identity: CloudIdentity, signal: AbortSignal): Promise<TimedLogin> {
    const { ambient, clock } = this.#options;
    const { account } = identity;
    const route = this.#routeOf(identity);
    const repository = parseCodeCommitUrl(url);
    const credentials =
      account === undefined
        ? await ambient.get({ region: repository.region, route }, signal)
        : await this.#assume(account, { place: repository, route }, signal);
    return {
      login: codeCommitLogin(repository, credentials, clock.now()),
      lifetimeMs: codeCommitLifetimeMs,
    };
  }

  #routeOf({ route: { proxy, ca } }: CloudIdentity): LoginRoute {
    const trusted = this.#options.trustsObjects ? ca : undefined;
    return { ...(proxy === undefined ? {} : { proxy }), ...(trusted === undefined ? {} : { ca: trusted }) };
  }

  /** The machine's credentials may have been replaced since they were read: then once more with the new ones. */
  async #withAmbient<T>(
    way: { readonly region: string; readonly route: LoginRoute },
    ask: (credentials: AwsCredentials) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { ambient } = this.#options;
    const first = await ambient.get(way, signal);
    try {
      return await ask(first);
    } catch (error) {
      if (!(error instanceof AwsRefusal) || !areOutdated(error.failure)) throw error;
      ambient.forget(way);
      const second = await ambient.get(way, signal);
      if (isSame(first, second)) throw error;
      return ask(second);
    }
  }

  async #authorize(
    registry: EcrRegistry,
    {
      credentials,
      route,
      account,
    }: {
      readonly credentials: AwsCredentials;
      readonly route: LoginRoute;
      readonly account: AccountIdentity | undefined;
    },
    signal: AbortSignal,
  ): Promise<RegistryToken> {
    const { client, clock, environment } = this.#options;
    const isPublic = registry.kind === 'public';
    const service = isPublic ? 'ecr-public' : 'ecr';
    const action = `${service}:GetAuthorizationToken`;
    const url = ecrEndpoint(registry, environment);
    const target = isPublic ? 'SpencerFrontendService' : 'AmazonEC2ContainerRegistry_V20150921';
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${target}.GetAuthorizationToken`,
    };
    const who = account === undefined ? machine : whoIs(account);
    const also = isPublic ? ', and sts:GetServiceBearerToken,' : '';
    const body = '{}';
    const answer = await client.post(
      {
        url,
        body,
        route,
        headers: () =>
          signPost({ url, headers, body }, { credentials, region: registry.region, service }, clock.now()),
        question: {
          action,
          who,
          grant: `allow ${action}${also} on resource "*" in a policy of that identity`,
        },
        secrets: secretsOf(credentials),
      },
      signal,
    );
    return readAuthorizationToken(answer);
  }

  async #assume(
    account: AccountIdentity,
    { place, route }: { readonly place: Place; readonly route: LoginRoute },
    signal: AbortSignal,
  ): Promise<AwsCredentials> {
    const role = roleOf(account.annotations);
    const token = await account.requestToken(tokenAudience, signal);
    const subject = `system:serviceaccount:${account.namespace}:${account.name}`;
    const answer = await this.#options.client.post(
      {
        url: stsEndpoint(place, this.#options.environment),
        body: assumeRoleForm({ role, session: sessionName(account, place.region), token }),
        headers: () => ({ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }),
        route,
        question: {
          action: 'sts:AssumeRoleWithWebIdentity',
          who: whoIs(account),
          grant: `check that the trust policy of the role names the OIDC provider of the cluster, with sub ${subject} and aud ${tokenAudience}`,
          trust: `check that IAM has an OIDC provider for the issuer of the cluster, with audience ${tokenAudience}`,
        },
        secrets: [token],
      },
      signal,
    );
    return readAssumedRole(answer);
  }
}

function whoIs({ namespace, name, annotations }: AccountIdentity): string {
  return `service account '${namespace}/${name}' as role '${roleOf(annotations)}'`;
}

function secretsOf({ secretAccessKey, sessionToken }: AwsCredentials): readonly string[] {
  return sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken];
}

function isSame(a: AwsCredentials, b: AwsCredentials): boolean {
  return a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken;
}
