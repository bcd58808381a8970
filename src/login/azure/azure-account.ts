import { TidemarkError } from '../../model/errors.ts';
import type { AccountIdentity } from '../ports.ts';

/** An application or a managed identity, and the tenant that it is in. */
export interface AzureClient {
  readonly tenantId: string;
  readonly clientId: string;
}

const tenantForm = /^(?!\.+$)[0-9A-Za-z.-]{1,200}$/;
const clientForm = /^[0-9A-Za-z-]{1,100}$/;

/** What clusters sign tokens for when they are meant for Microsoft Entra ID. */
export const federationAudience = 'api://AzureADTokenExchange';

/** The identity that the annotations of a service account name. Throws `LoginFailed`. */
export function azureAccount({ namespace, name, annotations }: AccountIdentity): AzureClient {
  const read = (key: string, what: string, form: RegExp): string => {
    const value = annotations[key];
    const where = `service account '${namespace}/${name}'`;
    if (value === undefined || value === '')
      throw new TidemarkError(
        'LoginFailed',
        `azure ${what} is not set in the service account annotation ${key} of ${where}`,
      );
    if (form.test(value)) return value;
    throw new TidemarkError(
      'LoginFailed',
      `invalid ${key} annotation of ${where}: '${value}'. must match ${form.source}`,
    );
  };
  return {
    tenantId: read('azure.workload.identity/tenant-id', 'tenant ID', tenantForm),
    clientId: read('azure.workload.identity/client-id', 'client ID', clientForm),
  };
}

/** True for what may stand for a tenant in a URL: an id or a domain. */
export function isTenant(text: string): boolean {
  return tenantForm.test(text);
}
