import {
  tokenListener,
  type TokenCall,
  type TokenFaults,
  type TokenReply,
} from '../tokens/token-exchange.ts';
import type { FakeGoogle } from './fake-google.ts';

export interface FakeMetadataServerOptions {
  readonly google: FakeGoogle;
  /** The service account of the machine; it has none when absent. */
  readonly email?: string;
  /** Of the GKE cluster that the machine is in. */
  readonly cluster?: { readonly project: string; readonly location: string; readonly name: string };
  /** False for something else at the same address. */
  readonly isGoogle?: boolean;
}

/** The metadata server of Google Cloud, as far as tokens and clusters go. */
export class FakeMetadataServer {
  readonly faults: TokenFaults = {};
  readonly calls: TokenCall[] = [];
  readonly #options: FakeMetadataServerOptions;

  constructor(options: FakeMetadataServerOptions) {
    this.#options = options;
  }

  get listener(): ReturnType<typeof tokenListener> {
    return tokenListener(this.faults, (call) => {
      this.calls.push(call);
      const reply = this.#answer(call);
      return this.#options.isGoogle === false
        ? reply
        : { ...reply, headers: { 'metadata-flavor': 'Google' } };
    });
  }

  #answer({ url, headers }: TokenCall): TokenReply {
    if (headers['metadata-flavor'] !== 'Google')
      return { status: 403, body: 'Missing Metadata-Flavor:Google header.' };
    const { google, email, cluster } = this.#options;
    const values: Readonly<Record<string, string | undefined>> = {
      instance: 'attributes/\nservice-accounts/\n',
      'project/project-id': cluster?.project,
      'instance/attributes/cluster-location': cluster?.location,
      'instance/attributes/cluster-name': cluster?.name,
    };
    const path = url.pathname.replace('/computeMetadata/v1/', '');
    if (path === 'instance/service-accounts/default/token' && email !== undefined) {
      const scopes = (url.searchParams.get('scopes') ?? '').split(',');
      return {
        status: 200,
        body: { access_token: google.issue(email, scopes), expires_in: 3599, token_type: 'Bearer' },
      };
    }
    const value = values[path];
    return value === undefined ? { status: 404, body: 'not found' } : { status: 200, body: value };
  }
}
