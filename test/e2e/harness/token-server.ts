import { randomUUID, sign, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './authority.ts';
import type { BasicCredentials } from './registry-writer.ts';
import type { Lifetime } from './workspace.ts';

export const tokenService = 'test-registry';
export const tokenIssuer = 'test-issuer';

export interface TokenServer {
  readonly realm: string;
  /** The scopes that were asked for, one a request. */
  readonly scopes: readonly string[];
}

/** Gives out the signed tokens that a distribution registry with `auth: token` accepts, to whoever knows the password. */
export async function startTokenServer(
  t: Pick<Lifetime, 'after'>,
  signer: Certificate,
  { username, password }: BasicCredentials,
): Promise<TokenServer> {
  const scopes: string[] = [];
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://token');
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="token"' }).end();
      return;
    }
    const asked = url.searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
    scopes.push(asked.join(' '));
    const token = tokenFor(asked, signer);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ token, expires_in: 60 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, scopes };
}

function tokenFor(scopes: readonly string[], { cert, key }: Certificate): string {
  const nowS = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, ...rest] = scope.split(':');
    return { type, name: rest.slice(0, -1).join(':'), actions: rest.at(-1)?.split(',') };
  });
  const header = { typ: 'JWT', alg: 'ES256', x5c: [new X509Certificate(cert).raw.toString('base64')] };
  const times = { iat: nowS, nbf: nowS - 5, exp: nowS + 60 };
  const claims = { iss: tokenIssuer, sub: 'robot', aud: tokenService, jti: randomUUID(), ...times, access };
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
