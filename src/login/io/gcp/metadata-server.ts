import { TidemarkError } from '../../../model/errors.ts';
import { registryScopes } from '../../gcp/gcp-endpoints.ts';
import { readToken, type AccessToken } from '../read-token.ts';
import type { NoAnswer, TokenAnswer, TokenClient } from '../token-client.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const usualHost = '169.254.169.254';
const flavor = 'Google';
const from = 'the metadata server of Google Cloud';

/** The metadata server that every machine and pod of Google Cloud has. Asked by this program for itself, and never because an object says so. */
export class MetadataServer {
  readonly #tokens: TokenClient;
  readonly #origin: string;

  constructor(tokens: TokenClient, environment: Environment) {
    this.#tokens = tokens;
    this.#origin = `http://${environment['GCE_METADATA_HOST'] || usualHost}`;
  }

  /** A token of the service account of this machine or pod; or why there is none. Throws `LoginFailed`. */
  async token(signal: AbortSignal): Promise<AccessToken | NoAnswer> {
    const scopes = registryScopes.join(',');
    const answer = await this.#ask(`instance/service-accounts/default/token?scopes=${scopes}`, signal);
    if ('reason' in answer) return answer;
    if (answer.status === 200) return readToken(from, answer.body);
    if (answer.status === 404)
      return { reason: `${this.#host()} knows no service account (404); attach one to this machine` };
    throw new TidemarkError(
      'LoginFailed',
      `${from} refused (${answer.status}): this machine or pod gets no token of its service account; look at its access scopes, and at roles/iam.workloadIdentityUser for a pod`,
    );
  }

  /** The pool and the provider that the accounts of this GKE cluster are in. Throws `LoginFailed`. */
  async cluster(signal: AbortSignal): Promise<{ readonly pool: string; readonly provider: string }> {
    const project = await this.#value('project/project-id', 'project ID', signal);
    const location = await this.#value('instance/attributes/cluster-location', 'location', signal);
    const name = await this.#value('instance/attributes/cluster-name', 'name', signal);
    return {
      pool: `${project}.svc.id.goog`,
      provider: `https://container.googleapis.com/v1/projects/${project}/locations/${location}/clusters/${name}`,
    };
  }

  async #value(path: string, what: string, signal: AbortSignal): Promise<string> {
    const answer = await this.#ask(path, signal);
    const text = 'reason' in answer || answer.status !== 200 ? '' : answer.text.trim();
    if (/^[\w.:-]{1,200}$/.test(text)) return text;
    const reason = 'reason' in answer ? answer.reason : `${this.#host()} answers ${answer.status}`;
    throw new TidemarkError(
      'LoginFailed',
      `failed to get GKE cluster ${what} from the metadata service: ${reason}; on a cluster that is not one of GKE, name the provider in the annotation gcp.auth.fluxcd.io/workload-identity-provider of the service account`,
    );
  }

  async #ask(path: string, signal: AbortSignal): Promise<TokenAnswer | NoAnswer> {
    const url = URL.parse(`${this.#origin}/computeMetadata/v1/${path}`);
    if (url === null) throw new TidemarkError('LoginFailed', 'GCE_METADATA_HOST is not a host');
    const headers = { 'metadata-flavor': flavor };
    const answer = await this.#tokens.sendOwn({ from, method: 'GET', url, headers }, signal);
    if ('reason' in answer) return { reason: `${this.#host()} does not answer (${answer.reason})` };
    // Another cloud, or a captive portal, may answer at the same address.
    return answer.headers['metadata-flavor'] === flavor
      ? answer
      : { reason: `what answers at ${this.#host()} is no metadata server of Google Cloud` };
  }

  #host(): string {
    return this.#origin.slice('http://'.length);
  }
}
