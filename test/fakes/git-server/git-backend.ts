import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { fakeGitEnvironment } from './git-environment.ts';

export interface BackendRequest {
  /** The folder that the repositories lie in. */
  readonly root: string;
  /** Whoever has been let in; the backend refuses pushes of nobody. */
  readonly user: string | undefined;
  /** Whether the server announces push options; it does by default. */
  readonly pushOptions?: boolean;
  /** Whether the server speaks protocol version 2; it does by default. */
  readonly version2?: boolean;
  /** Do the work, and close the connection instead of answering. */
  readonly loseAnswer?: boolean;
  /** Told of every process that is started. */
  readonly onProcess?: (child: ChildProcessWithoutNullStreams) => void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Answers one request with git's own CGI program, `git http-backend`. */
export function serveGit(request: IncomingMessage, response: ServerResponse, options: BackendRequest): void {
  // Whoever asked has gone meanwhile.
  if (response.destroyed) return;
  const cgi = spawn('git', ['http-backend'], {
    env: cgiEnvironment(request, options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  options.onProcess?.(cgi);
  cgi.stderr.resume();
  cgi.stdin.on('error', () => undefined); // It stops reading when it refuses early.
  pipeline(request, cgi.stdin, () => undefined);
  if (options.loseAnswer === true) {
    cgi.stdout.resume();
    cgi.on('close', () => response.destroy());
    return;
  }
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(HEAD_END);
    if (end < 0) return;
    cgi.stdout.off('data', onData);
    cgi.stdout.pause();
    if (response.destroyed) return;
    const { status, headers } = parseHead(head.toString('latin1', 0, end));
    response.writeHead(status, headers);
    response.write(head.subarray(end + HEAD_END.length));
    pipeline(cgi.stdout, response, () => undefined);
  };
  cgi.stdout.on('data', onData);
  cgi.on('error', () => refuse(response));
  cgi.on('close', () => {
    if (!response.headersSent) refuse(response);
  });
  response.on('close', () => {
    if (cgi.exitCode === null) cgi.kill();
  });
}

function cgiEnvironment(
  request: IncomingMessage,
  { root, user, pushOptions = true, version2 = true }: BackendRequest,
): Readonly<Record<string, string>> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { headers, method, socket } = request;
  const variables: Record<string, string | undefined> = {
    ...fakeGitEnvironment(),
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_1: 'receive.advertisePushOptions',
    GIT_CONFIG_VALUE_1: String(pushOptions),
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: method,
    REMOTE_USER: user,
    REMOTE_ADDR: socket.remoteAddress,
    SERVER_PROTOCOL: 'HTTP/1.1',
    GATEWAY_INTERFACE: 'CGI/1.1',
    CONTENT_TYPE: headers['content-type'],
    // Absent when the body is chunked: the backend then reads to its end.
    CONTENT_LENGTH: headers['content-length'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
    GIT_PROTOCOL: version2 ? [headers['git-protocol']].flat()[0] : undefined,
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function parseHead(text: string): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers };
}

function refuse(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}
