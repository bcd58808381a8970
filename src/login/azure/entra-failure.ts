import { z } from 'zod';
import { clockSentence } from '../clock-sentence.ts';
import type { AzureClient } from './azure-account.ts';

const answerSchema = z.object({
  error: z.string().optional(),
  error_codes: z.array(z.number().int()).optional(),
});

/** A refusal of Microsoft Entra ID. */
export interface EntraRefusal {
  readonly status: number;
  readonly body: unknown;
  /** How far this machine's clock is ahead of Entra's. */
  readonly clockAheadMs: number;
  readonly client: AzureClient;
  readonly scope: string;
  /** What was shown: `the token of service account 'apps/web'`. */
  readonly proof: string;
}

type Explain = (refusal: EntraRefusal) => string;

const noFederation: Explain = ({ client, proof }) =>
  `no federated credential of application ${client.clientId} matches ${proof}`;

/** By the numbers that stand behind AADSTS, see https://login.microsoftonline.com/error */
const explanations: Readonly<Record<number, Explain>> = {
  7000222: ({ client }) =>
    `the client secret of application ${client.clientId} has expired; make a new one and put it into AZURE_CLIENT_SECRET`,
  7000215: ({ client }) =>
    `the client secret is not one of application ${client.clientId}; AZURE_CLIENT_SECRET takes the value of a secret, and not its id`,
  90002: ({ client }) => `there is no tenant '${client.tenantId}' in this cloud; look at the tenant id`,
  900023: ({ client }) => `'${client.tenantId}' is no tenant; look at the tenant id`,
  700016: ({ client }) =>
    `application ${client.clientId} is not in tenant ${client.tenantId}; look at the client id and the tenant id`,
  7000112: ({ client }) => `application ${client.clientId} is disabled; enable it in its tenant`,
  7000229: ({ client }) =>
    `application ${client.clientId} has no service principal in tenant ${client.tenantId}; make one (az ad sp create)`,
  700027: ({ client }) =>
    `the certificate is not one of application ${client.clientId}; upload it, or name the right file in AZURE_CLIENT_CERTIFICATE_PATH`,
  700024: ({ proof, clockAheadMs }) =>
    clockSentence(clockAheadMs) === undefined
      ? `${proof} has expired or is not good yet; look whether it is still renewed`
      : `${proof} is not good at this time`,
  70021: (refusal) => `${noFederation(refusal)}; compare its issuer, subject and audience with the token's`,
  700211: (refusal) =>
    `${noFederation(refusal)}: no issuer does; give it the OIDC issuer URL of this cluster`,
  700212: (refusal) => `${noFederation(refusal)}: no audience does; it must be api://AzureADTokenExchange`,
  700213: (refusal) =>
    `${noFederation(refusal)}: no subject does; it must be system:serviceaccount:NAMESPACE:NAME`,
  500011: ({ client, scope }) =>
    `tenant ${client.tenantId} does not know ${scope.replace('/.default', '')}; is it the tenant of the registry or organization?`,
  53003: ({ client }) =>
    `conditional access of tenant ${client.tenantId} blocks application ${client.clientId}; allow it from this network`,
};

/** Says to a person what Entra refused and what to do, by its codes: none of its own words, which may repeat what it was sent. */
export function entraFailure(refusal: EntraRefusal): string {
  const { status, body, clockAheadMs, client } = refusal;
  const parsed = answerSchema.safeParse(body);
  const { error, error_codes: codes = [] } = parsed.success ? parsed.data : {};
  const explain = codes.map((code) => explanations[code]).find((known) => known !== undefined);
  const numbers = codes.map((code) => `AADSTS${code}`).join(', ');
  const word = error !== undefined && /^[a-z_]{1,40}$/.test(error) ? error : '';
  const detail = [numbers || word, String(status)].filter((part) => part !== '').join(', ');
  const what =
    explain?.(refusal) ??
    `application ${client.clientId} gets no token in tenant ${client.tenantId}; look the code up at https://login.microsoftonline.com/error`;
  const clock = clockSentence(clockAheadMs);
  return `Microsoft Entra ID refused (${detail}): ${what}${clock === undefined ? '' : `; ${clock}`}`;
}
