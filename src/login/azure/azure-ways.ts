import { TidemarkError } from '../../model/errors.ts';
import { isTenant, type AzureClient } from './azure-account.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A way to an identity of one's own. */
export type AzureWay =
  | ({ readonly type: 'secret'; readonly secret: string } & AzureClient)
  | ({
      readonly type: 'certificate';
      readonly path: string;
      readonly password: string | undefined;
      readonly sendChain: boolean;
    } & AzureClient)
  | ({ readonly type: 'workload'; readonly tokenFile: string } & AzureClient)
  | {
      readonly type: 'app-service';
      readonly endpoint: string;
      readonly header: string;
      readonly clientId: string | undefined;
    }
  | { readonly type: 'machine'; readonly origin: string; readonly clientId: string | undefined }
  | { readonly type: 'az' };

const metadataOrigin = 'http://169.254.169.254';

/**
 * The ways that the environment opens, in the order of Azure's own libraries: a secret or a certificate, workload identity, managed
 * identity, and the login of a developer. The first one that is set up is used; only the last two are tried. Throws `LoginFailed`.
 */
export function azureWays(environment: Environment, developerLogins: boolean): readonly AzureWay[] {
  const configured = environmentWay(environment) ?? workloadWay(environment);
  if (configured !== undefined) return [configured];
  const machine = machineWay(environment);
  return developerLogins ? [machine, { type: 'az' }] : [machine];
}

function environmentWay(environment: Environment): AzureWay | undefined {
  const client = clientOf(environment);
  if (client === undefined) return undefined;
  const secret = environment['AZURE_CLIENT_SECRET'] || undefined;
  if (secret !== undefined) return { type: 'secret', ...client, secret };
  const path = environment['AZURE_CLIENT_CERTIFICATE_PATH'] || undefined;
  if (path === undefined) return undefined;
  const password = environment['AZURE_CLIENT_CERTIFICATE_PASSWORD'] || undefined;
  const sendChain = /^(?:1|true)$/i.test(environment['AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'] ?? '');
  return { type: 'certificate', ...client, path, password, sendChain };
}

function workloadWay(environment: Environment): AzureWay | undefined {
  const client = clientOf(environment);
  const tokenFile = environment['AZURE_FEDERATED_TOKEN_FILE'] || undefined;
  return client && tokenFile !== undefined ? { type: 'workload', ...client, tokenFile } : undefined;
}

function clientOf(environment: Environment): AzureClient | undefined {
  const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = environment;
  if (!tenantId || !clientId) return undefined;
  if (isTenant(tenantId)) return { tenantId, clientId };
  throw new TidemarkError('LoginFailed', 'AZURE_TENANT_ID must be the id or a domain of a tenant');
}

function machineWay(environment: Environment): AzureWay {
  const clientId = environment['AZURE_CLIENT_ID'] || undefined;
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = environment;
  if (endpoint && environment['IDENTITY_SERVER_THUMBPRINT']) return notServed('Service Fabric');
  if (endpoint && header) return { type: 'app-service', endpoint, header, clientId };
  if (endpoint && environment['IMDS_ENDPOINT']) return notServed('Azure Arc');
  return {
    type: 'machine',
    origin: (environment['AZURE_POD_IDENTITY_AUTHORITY_HOST'] || metadataOrigin).replace(/\/+$/, ''),
    clientId,
  };
}

function notServed(platform: string): never {
  throw new TidemarkError(
    'LoginFailed',
    `the managed identity of ${platform} is not supported; use workload identity or a client secret (AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_CLIENT_SECRET)`,
  );
}
