import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  startGitServer,
  type GitRequest,
  type GitServer,
  type Misbehaviour,
} from '../git-server/git-server.ts';
import type { AppAccount, IssuedToken } from './app-account.ts';
import { GithubApi } from './github-api.ts';

export interface FakeGithubOptions {
  /** The folder that the repositories lie in. */
  readonly root: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Where the API begins; `/` by default, and `/api/v3/` on a server of one's own. */
  readonly apiPath?: string;
}

/** GitHub on loopback: its API with one App, and a real Git server that takes only the tokens that this API has issued. */
export interface FakeGithub {
  readonly api: GithubApi;
  readonly account: AppAccount;
  /** PEM (PKCS#1), as GitHub hands it out. */
  readonly privateKey: string;
  readonly git: GitServer;
  /** Without a slash at the end. */
  readonly apiUrl: string;
  /** By how much the clock of the server is ahead. */
  clockAheadMs: number;
  /** Looks at each Git request before it is let in. */
  onGit: ((request: GitRequest) => Misbehaviour | undefined) | undefined;
  /** Ends every token that was issued so far. */
  endTokens(): void;
  close(): Promise<void>;
}

export async function startGithub(options: FakeGithubOptions): Promise<FakeGithub> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const account: AppAccount = {
    appId: 12_345,
    installationId: 100,
    owner: 'acme',
    contents: 'write',
    suspendedAt: undefined,
    tokenLifetimeMs: 3_600_000,
  };
  const { root, tls, apiPath } = options;
  const now = (): Date => new Date(Date.now() + fake.clockAheadMs);
  const api = await GithubApi.open(account, { privateKey, now, ...(apiPath && { path: apiPath }) });
  const front = await listen(api.handle, tls);
  const git = await startGitServer({ root, ...(tls && { tls }) });
  let ended = 0;
  const live = (): readonly IssuedToken[] =>
    api.issued.slice(ended).filter(({ endsMs }) => endsMs > now().getTime());
  git.intercept = (request) => fake.onGit?.(request) ?? turnAway(request, live());
  const scheme = tls === undefined ? 'http' : 'https';
  const fake: FakeGithub = {
    api,
    account,
    privateKey,
    git,
    apiUrl: `${scheme}://127.0.0.1:${(front.address() as AddressInfo).port}`,
    clockAheadMs: 0,
    onGit: undefined,
    endTokens: () => {
      ended = api.issued.length;
    },
    close: async () => {
      front.closeAllConnections();
      await Promise.all([api.close(), git.close(), new Promise((resolve) => front.close(resolve))]);
    },
  };
  return fake;
}

async function listen(handle: RequestListener, tls: FakeGithubOptions['tls']): Promise<Server> {
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** What GitHub answers to a Git request that it does not let in. */
function turnAway(
  { authorization = '', service }: GitRequest,
  live: readonly IssuedToken[],
): Misbehaviour | undefined {
  const visitor = live.find(
    ({ token }) => authorization === `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
  );
  if (visitor === undefined) {
    return { status: 401, headers: { 'www-authenticate': 'Basic realm="GitHub"' }, body: 'Bad credentials' };
  }
  // GitHub does not say that there is something that one may not see.
  if (visitor.contents === 'none') return { status: 404, body: 'Repository not found.' };
  const isPush = service === 'git-receive-pack';
  if (isPush && visitor.contents === 'read')
    return { status: 403, body: 'Write access to repository not granted.' };
  return undefined;
}
