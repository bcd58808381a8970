import { join } from 'node:path';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import { parseGcpCredentials } from '../../gcp/credentials-file.ts';
import { checkGarHost } from '../../gcp/gar-host.ts';
import { gcpAccount } from '../../gcp/gcp-account.ts';
import { impersonationUrl, securityTokenUrl } from '../../gcp/gcp-endpoints.ts';
import type { AccountIdentity, CloudExchange, CloudIdentity, LoginRoute, TimedLogin } from '../../ports.ts';
import { accountToken } from '../account-token.ts';
import { readFileIfAny, readOwnFile } from '../read-own-file.ts';
import type { AccessToken } from '../read-token.ts';
import type { TokenClient } from '../token-client.ts';
import { exchangeSubject } from './exchange-subject.ts';
import { fileToken } from './file-token.ts';
import { MetadataServer } from './metadata-server.ts';

export interface GcpExchangeParts {
  readonly tokens: TokenClient;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const username = 'oauth2accesstoken';
const pathName = 'GOOGLE_APPLICATION_CREDENTIALS';

/** Logins for Artifact Registry and Container Registry: access tokens of Google Cloud. */
export class GcpExchange implements CloudExchange {
  readonly #parts: GcpExchangeParts;
  readonly #metadata: MetadataServer;

  constructor(parts: GcpExchangeParts) {
    this.#parts = parts;
    this.#metadata = new MetadataServer(parts.tokens, parts.environment);
  }

  async registry(image: string, { account, route }: CloudIdentity, signal: AbortSignal): Promise<TimedLogin> {
    checkGarHost(image);
    const token =
      account === undefined
        ? await this.#ownToken(route, signal)
        : await this.#accountToken(account, route, signal);
    return { login: { type: 'basic', username, password: token.value }, lifetimeMs: token.lifetimeMs };
  }

  async #accountToken(
    account: AccountIdentity,
    route: LoginRoute,
    signal: AbortSignal,
  ): Promise<AccessToken> {
    const { email, provider } = gcpAccount(account);
    const { audience, tokenAudience } = await this.#audiences(provider, signal);
    return exchangeSubject(
      {
        audience,
        token: await accountToken(account, tokenAudience, signal),
        tokenType: 'urn:ietf:params:oauth:token-type:jwt',
        tokenUrl: securityTokenUrl,
        impersonationUrl: email === undefined ? undefined : impersonationUrl(email),
        who: `service account '${account.namespace}/${account.name}'`,
      },
      { tokens: this.#parts.tokens, route },
      signal,
    );
  }

  /** Whom the cluster signs a token for, and as what Google knows that token: the same, but for GKE's own pool. */
  async #audiences(
    provider: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly audience: string; readonly tokenAudience: string }> {
    if (provider !== undefined) {
      const audience = `//iam.googleapis.com/${provider}`;
      return { audience, tokenAudience: audience };
    }
    const cluster = await this.#metadata.cluster(signal);
    return { audience: `identitynamespace:${cluster.pool}:${cluster.provider}`, tokenAudience: cluster.pool };
  }

  /** Application Default Credentials: the file that is named, the file that gcloud writes, the machine's own account. */
  async #ownToken(route: LoginRoute, signal: AbortSignal): Promise<AccessToken> {
    const { tokens, clock } = this.#parts;
    const file = await this.#credentialsFile();
    if (file.text !== undefined) {
      const way = { tokens, route, now: () => clock.now(), path: file.path };
      return fileToken(parseGcpCredentials(file.text, file.path), way, signal);
    }
    const token = await this.#metadata.token(signal);
    if (!('reason' in token)) return token;
    throw new TidemarkError(
      'LoginFailed',
      `this machine has no identity for Google Cloud: ${pathName} is not set; there is no ${file.path} (gcloud auth application-default login writes it); ${token.reason}`,
    );
  }

  async #credentialsFile(): Promise<{ readonly path: string; readonly text: string | undefined }> {
    const { environment } = this.#parts;
    const named = environment[pathName] || undefined;
    if (named !== undefined) return { path: named, text: await readOwnFile(named, pathName) };
    const folder = environment['CLOUDSDK_CONFIG'] || join(environment['HOME'] || '/', '.config', 'gcloud');
    const path = join(folder, 'application_default_credentials.json');
    return { path, text: await readFileIfAny(path, "gcloud's credentials") };
  }
}
