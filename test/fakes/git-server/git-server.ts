import type { ChildProcess } from 'node:child_process';
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serveGit } from './git-backend.ts';
import { GitRepository, type FileContent } from './git-repository.ts';

export interface GitServerOptions {
  /** The folder that the repositories lie in. */
  readonly root: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** Who may come in, by name; without any, everybody may do everything. */
  readonly users?: Readonly<
    Record<string, { readonly password: string; readonly access?: 'read' | 'write' }>
  >;
  /** Bearer tokens that may do everything. */
  readonly tokens?: readonly string[];
  /** Whether push options are announced; they are by default. */
  readonly pushOptions?: boolean;
  /** Whether the server speaks protocol version 2; it does by default. */
  readonly version2?: boolean;
  readonly tls?: Pick<ServerOptions, 'key' | 'cert' | 'ca' | 'requestCert'>;
}

/** One request, as an interceptor sees it and tests count it. */
export interface GitRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly service: 'git-upload-pack' | 'git-receive-pack' | undefined;
  readonly authorization: string | undefined;
}

/** What a misbehaving server does instead of answering properly. */
export type Misbehaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Takes the request and never answers. */
  | 'hang'
  /** Closes the connection. */
  | 'cut'
  /** Does the work, and closes the connection instead of answering. */
  | 'lose the answer';

export interface GitServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly requests: readonly GitRequest[];
  /** Looks at each request before the real backend does; an answer replaces the real one, a promise delays it. */
  intercept:
    | ((request: GitRequest) => Misbehaviour | undefined | Promise<Misbehaviour | undefined>)
    | undefined;
  urlOf(repository: string): string;
  /** Creates `<root>/<name>`, with a first commit if there are files. */
  createRepository(
    name: string,
    options?: { readonly branch?: string; readonly files?: Readonly<Record<string, FileContent>> },
  ): GitRepository;
  close(): Promise<void>;
}

/** Starts a Git server over HTTP on loopback, around the real `git http-backend`. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const state: State = { options, requests: [], children: new Set(), fake: undefined };
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    void handle(state, request, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(handler) : createTlsServer(options.tls, handler);
  server.requestTimeout = 0; // A push may take its time.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const fake: GitServer = {
    url,
    requests: state.requests,
    intercept: undefined,
    urlOf: (repository) => `${url}/${repository}`,
    createRepository: (name, repository) => GitRepository.create(join(options.root, name), repository),
    close: async () => close(server, state),
  };
  state.fake = fake;
  return fake;
}

interface State {
  readonly options: GitServerOptions;
  readonly requests: GitRequest[];
  readonly children: Set<ChildProcess>;
  fake: GitServer | undefined;
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const seen = describe(request);
  state.requests.push(seen);
  const misbehaviour = await state.fake?.intercept?.(seen);
  if (misbehaviour === 'cut') return void request.socket.destroy();
  if (misbehaviour === 'hang') return void request.resume();
  if (misbehaviour !== undefined && misbehaviour !== 'lose the answer') {
    request.resume();
    return void response.writeHead(misbehaviour.status, misbehaviour.headers).end(misbehaviour.body ?? '');
  }
  const visitor = identify(state.options, seen);
  if (visitor === undefined) {
    request.resume(); // A client that is still sending its pack reads the answer only afterwards.
    return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git", charset="UTF-8"' }).end();
  }
  if (seen.service === 'git-receive-pack' && visitor.access === 'read') {
    request.resume();
    return void response.writeHead(403).end();
  }
  serveGit(request, response, {
    root: state.options.root,
    user: visitor.name,
    pushOptions: state.options.pushOptions ?? true,
    version2: state.options.version2 ?? true,
    loseAnswer: misbehaviour === 'lose the answer',
    onProcess: (child) => {
      state.children.add(child);
      child.once('close', () => state.children.delete(child));
    },
  });
}

function describe(request: IncomingMessage): GitRequest {
  const path = request.url ?? '/';
  const service = /git-(?:upload|receive)-pack/.exec(path)?.[0];
  return {
    method: request.method ?? 'GET',
    path,
    service: service === 'git-upload-pack' || service === 'git-receive-pack' ? service : undefined,
    authorization: request.headers.authorization,
  };
}

interface Visitor {
  readonly name: string;
  readonly access: 'read' | 'write';
}

function identify(
  { users, tokens }: GitServerOptions,
  { authorization = '' }: GitRequest,
): Visitor | undefined {
  if (users === undefined && tokens === undefined) return { name: 'anonymous', access: 'write' };
  for (const token of tokens ?? []) {
    if (sameText(authorization, `Bearer ${token}`)) return { name: 'token', access: 'write' };
  }
  for (const [name, { password, access = 'write' }] of Object.entries(users ?? {})) {
    const expected = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    if (sameText(authorization, expected)) return { name, access };
  }
  return undefined;
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

async function close(server: Server, { children }: State): Promise<void> {
  for (const child of children) child.kill('SIGKILL');
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
