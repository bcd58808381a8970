import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import { acrHost } from '../../azure/acr-host.ts';
import { azureAccount, federationAudience, type AzureClient } from '../../azure/azure-account.ts';
import { authorityOf, devOpsScope, registryScope } from '../../azure/azure-cloud.ts';
import { azureWays, type AzureWay } from '../../azure/azure-ways.ts';
import { parseAzureEnvironment, type AzureEnvironment } from '../../azure/environment-file.ts';
import type { CloudExchange, CloudIdentity, TimedLogin } from '../../ports.ts';
import { accountToken } from '../account-token.ts';
import { readOwnFile } from '../read-own-file.ts';
import type { AccessToken } from '../read-token.ts';
import type { NoAnswer, TokenClient } from '../token-client.ts';
import { acrLogin } from './acr-login.ts';
import { azToken } from './az-token.ts';
import { certificateAssertion } from './certificate-assertion.ts';
import { entraToken, tokenEndpoint, type EntraProof } from './entra-token.ts';
import { managedIdentityToken } from './managed-identity.ts';

export interface AzureExchangeParts {
  readonly tokens: TokenClient;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the login of a developer on this machine (`az`) may serve. */
  readonly developerLogins: boolean;
}

interface Wanted {
  readonly authority: string;
  readonly scope: string;
  readonly identity: CloudIdentity;
}

type EntraToken = AccessToken & { readonly tenantId?: string };

/** Logins for registries of Azure and for Azure DevOps, by tokens of Microsoft Entra ID. */
export class AzureExchange implements CloudExchange {
  readonly #parts: AzureExchangeParts;

  constructor(parts: AzureExchangeParts) {
    this.#parts = parts;
  }

  async registry(image: string, identity: CloudIdentity, signal: AbortSignal): Promise<TimedLogin> {
    const { tokens, environment } = this.#parts;
    const cloud = await this.#cloud();
    const host = acrHost(image, cloud);
    const wanted = {
      authority: authorityOf(environment, { cloud, registry: host }),
      scope: registryScope(cloud),
      identity,
    };
    const { value: accessToken, tenantId } = await this.#token(wanted, signal);
    return acrLogin({ host, accessToken, tenantId }, { tokens, route: identity.route }, signal);
  }

  async git(url: string, identity: CloudIdentity, signal: AbortSignal): Promise<TimedLogin> {
    if (URL.parse(url)?.protocol !== 'https:')
      throw new TidemarkError(
        'LoginFailed',
        "provider 'azure' needs the https:// URL of a repository of Azure DevOps",
      );
    const authority = authorityOf(this.#parts.environment, { cloud: await this.#cloud() });
    const { value, lifetimeMs } = await this.#token({ authority, scope: devOpsScope, identity }, signal);
    return { login: { type: 'bearer', token: value }, lifetimeMs };
  }

  async #cloud(): Promise<AzureEnvironment | undefined> {
    const path = this.#parts.environment['AZURE_ENVIRONMENT_FILEPATH'] || undefined;
    if (path === undefined) return undefined;
    return parseAzureEnvironment(await readOwnFile(path, 'AZURE_ENVIRONMENT_FILEPATH'), path);
  }

  async #token(wanted: Wanted, signal: AbortSignal): Promise<EntraToken> {
    const { account } = wanted.identity;
    if (account === undefined) return this.#ownToken(wanted, signal);
    const client = azureAccount(account);
    const assertion = await accountToken(account, federationAudience, signal);
    const what = `the token of service account '${account.namespace}/${account.name}'`;
    return this.#grant(wanted, { client, proof: { type: 'assertion', assertion, what } }, signal);
  }

  async #ownToken(wanted: Wanted, signal: AbortSignal): Promise<EntraToken> {
    const reasons: string[] = [];
    for (const way of azureWays(this.#parts.environment, this.#parts.developerLogins)) {
      const token = await this.#tokenBy(way, wanted, signal);
      if (!('reason' in token)) return token;
      reasons.push(token.reason);
    }
    throw new TidemarkError(
      'LoginFailed',
      `this machine has no identity for Azure: AZURE_CLIENT_ID and AZURE_TENANT_ID with AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE are not set; ${reasons.join('; ')}`,
    );
  }

  async #tokenBy(way: AzureWay, wanted: Wanted, signal: AbortSignal): Promise<EntraToken | NoAnswer> {
    const { tokens, clock, environment } = this.#parts;
    const { scope } = wanted;
    switch (way.type) {
      case 'secret':
        return this.#grant(wanted, { client: way, proof: way }, signal);
      case 'certificate':
        return this.#certificateGrant(way, wanted, signal);
      case 'workload': {
        const assertion = (await readOwnFile(way.tokenFile, 'AZURE_FEDERATED_TOKEN_FILE')).trim();
        const what = 'the token in AZURE_FEDERATED_TOKEN_FILE';
        return this.#grant(wanted, { client: way, proof: { type: 'assertion', assertion, what } }, signal);
      }
      case 'app-service':
      case 'machine':
        return managedIdentityToken(way, { scope, tokens }, signal);
      case 'az':
        return azToken({ scope, now: clock.now(), environment }, signal);
    }
  }

  async #certificateGrant(
    way: Extract<AzureWay, { type: 'certificate' }>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<EntraToken> {
    const pem = await readOwnFile(way.path, 'AZURE_CLIENT_CERTIFICATE_PATH');
    const audience = tokenEndpoint(wanted.authority, way);
    const now = this.#parts.clock.now();
    const assertion = certificateAssertion({ ...way, pem }, { client: way, audience, now });
    const what = 'the assertion signed with the certificate';
    return this.#grant(wanted, { client: way, proof: { type: 'assertion', assertion, what } }, signal);
  }

  async #grant(
    { authority, scope, identity }: Wanted,
    { client, proof }: { readonly client: AzureClient; readonly proof: EntraProof },
    signal: AbortSignal,
  ): Promise<EntraToken> {
    const { tokens } = this.#parts;
    const request = { authority, client, scope, proof };
    const token = await entraToken(request, { tokens, route: identity.route }, signal);
    return { ...token, tenantId: client.tenantId };
  }
}
