import type { IncomingMessage, ServerResponse } from 'node:http';
import { createEmulator } from 'emulate';
import type { AppAccount, IssuedToken } from './app-account.ts';
import { wrongTime } from './app-token-check.ts';

export interface ApiOptions {
  /** PEM, of the App. */
  readonly privateKey: string;
  /** Where the API begins; `/` by default, and `/api/v3/` on a server of one's own. */
  readonly path?: string;
  /** The time by the server's clock. */
  readonly now: () => Date;
}

export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The API of GitHub: the emulator, behind a desk that is as strict as GitHub where the emulator is not. */
export class GithubApi {
  /** `POST /app/installations/100/access_tokens`, in order. */
  readonly requests: string[] = [];
  /** The headers by which Apps have shown who they are. */
  readonly shown: string[] = [];
  readonly issued: IssuedToken[] = [];
  /** Answers in place of the API, when it answers at all. */
  intercept: ((request: string) => ApiReply | undefined) | undefined;
  /** Told of every token before it is given out. */
  onIssue: (() => void) | undefined;
  readonly #account: AppAccount;
  readonly #options: ApiOptions;
  readonly #emulator: { readonly url: string; close(): Promise<void> };

  private constructor(
    account: AppAccount,
    options: ApiOptions,
    emulator: { url: string; close(): Promise<void> },
  ) {
    this.#account = account;
    this.#options = options;
    this.#emulator = emulator;
  }

  static async open(account: AppAccount, options: ApiOptions): Promise<GithubApi> {
    const { appId, installationId, owner } = account;
    const permissions = { contents: 'write', metadata: 'read' };
    const installation = {
      installation_id: installationId,
      account: owner,
      repository_selection: 'all',
      permissions,
    };
    const app = {
      app_id: appId,
      slug: 'tidemark',
      name: 'Tidemark',
      private_key: options.privateKey,
      permissions,
      events: [],
      installations: [installation],
    };
    const orgs = [{ login: owner, name: owner }];
    const emulator = await createEmulator({
      service: 'github',
      port: 0,
      seed: { github: { users: [{ login: 'octocat' }], orgs, apps: [app] } },
    });
    return new GithubApi(account, options, emulator);
  }

  /** For `http.createServer`. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    this.#answer(request).then(
      ({ status, headers = {}, body }) => {
        const type = typeof body === 'string' ? 'text/html' : 'application/json';
        const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
        const date = this.#options.now().toUTCString();
        response.sendDate = false;
        response.writeHead(status, { 'content-type': type, date, ...headers }).end(text);
      },
      () => response.destroy(),
    );
  };

  async close(): Promise<void> {
    await this.#emulator.close();
  }

  async #answer({ method = 'GET', url = '/', headers }: IncomingMessage): Promise<ApiReply> {
    const { path: root = '/', now } = this.#options;
    const asked = `${method} ${url}`;
    this.requests.push(asked);
    if (headers.authorization !== undefined) this.shown.push(headers.authorization);
    const instead = this.intercept?.(asked);
    if (instead !== undefined) return instead;
    if (!url.startsWith(root)) return { status: 404, body: '<html>Not Found</html>' };
    const wrong = wrongTime(headers.authorization, now());
    if (wrong !== undefined) return { status: 401, body: { message: wrong } };
    const path = `/${url.slice(root.length)}`;
    const ask = (how: string, where: string): Promise<ApiReply> =>
      this.#emulate(how, where, headers.authorization);
    // The emulator tells anybody where an App is installed.
    const self = await ask('GET', '/app');
    return self.status === 200 ? this.#adapt(path, await ask(method, path)) : self;
  }

  async #emulate(method: string, path: string, authorization = ''): Promise<ApiReply> {
    const url = new URL(path, this.#emulator.url.replace('localhost', '127.0.0.1'));
    const answer = await fetch(url, { method, headers: { authorization } });
    return { status: answer.status, body: await answer.json() };
  }

  #adapt(path: string, reply: ApiReply): ApiReply {
    if (reply.status >= 300) return reply;
    const { suspendedAt, contents, tokenLifetimeMs } = this.#account;
    if (!path.endsWith('/access_tokens'))
      return { ...reply, body: { ...(reply.body as object), suspended_at: suspendedAt ?? null } };
    if (suspendedAt !== undefined)
      return { status: 403, body: { message: 'This installation has been suspended' } };
    const body = reply.body as { token: string };
    const endsMs = this.#options.now().getTime() + tokenLifetimeMs;
    this.issued.push({ token: body.token, contents, endsMs });
    this.onIssue?.();
    const permissions = { metadata: 'read', ...(contents === 'none' ? {} : { contents }) };
    return { ...reply, body: { ...body, permissions, expires_at: new Date(endsMs).toISOString() } };
  }
}
