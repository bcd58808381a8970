import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ProductAnswer, ProductProfile, Visitor } from './product-profile.ts';

export interface ProductRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** `METHOD path?query`, oldest first. */
  readonly requests: readonly string[];
  /** Answers the next tag list with this. */
  interrupt(answer: ProductAnswer): void;
  close(): Promise<void>;
}

export interface ProductWorld {
  readonly profile: ProductProfile;
  readonly account: { readonly username: string; readonly password: string };
  /** Tags by repository; what `account` alone may see is in `hidden`, what nobody may see in `forbidden`. */
  readonly repositories: Readonly<Record<string, readonly string[]>>;
  readonly hidden: ReadonlySet<string>;
  readonly forbidden: ReadonlySet<string>;
}

/** A registry that answers as one product does, as far as lists of tags go. */
export async function startProduct(world: ProductWorld): Promise<ProductRegistry> {
  const requests: string[] = [];
  const interruptions: ProductAnswer[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const isList = /\/tags\/list\b/.test(request.url ?? '');
    const answer = (isList ? interruptions.shift() : undefined) ?? answerOf(world, request);
    send(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    interrupt: (answer) => interruptions.push(answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerOf(world: ProductWorld, request: IncomingMessage): ProductAnswer {
  const origin = `http://${request.headers.host ?? ''}`;
  const url = new URL(request.url ?? '/', origin);
  const { profile } = world;
  const header = request.headers.authorization ?? '';
  if (url.pathname === profile.tokenPath) return tokenAnswer(world, url, visitorOf(world, header));
  if (url.pathname === '/v2/') {
    const isIn = profile.tokenPath === undefined && visitorOf(world, header) === 'known';
    return isIn ? { status: 200, json: {} } : refuse(world, origin, undefined);
  }
  const repository = /^\/v2\/(.+)\/tags\/list$/.exec(url.pathname)?.[1];
  if (repository === undefined) return { status: 400, text: 'no such path' };
  const entry = entrance(world, header, repository);
  if (entry === 'refused') return refuse(world, origin, repository);
  if (entry === 'forbidden') return withChallenge(world, { answer: profile.forbidden, origin, repository });
  const tags = world.repositories[repository];
  return tags ? tagPage(profile, { url, origin, repository, tags }) : profile.missing(repository);
}

function visitorOf({ account }: ProductWorld, header: string): Visitor {
  if (header === '') return 'anonymous';
  const basic = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  return header === `Basic ${basic}` ? 'known' : 'stranger';
}

function tokenAnswer(world: ProductWorld, url: URL, visitor: Visitor): ProductAnswer {
  const repository = /^repository:(.+):pull$/.exec(url.searchParams.get('scope') ?? '')?.[1] ?? '';
  const access = mayPull(world, repository, visitor);
  const value = Buffer.from(JSON.stringify({ visitor, repository, access })).toString('base64url');
  return world.profile.token?.({ visitor, access, value }) ?? { status: 404 };
}

function mayPull({ hidden, forbidden }: ProductWorld, repository: string, visitor: Visitor): boolean {
  return (
    !forbidden.has(repository) && visitor !== 'stranger' && (visitor === 'known' || !hidden.has(repository))
  );
}

function entrance(world: ProductWorld, header: string, repository: string): 'open' | 'refused' | 'forbidden' {
  if (world.profile.tokenPath === undefined) {
    const visitor = visitorOf(world, header);
    if (mayPull(world, repository, visitor)) return 'open';
    return visitor === 'known' ? 'forbidden' : 'refused';
  }
  if (!header.startsWith('Bearer ')) return 'refused';
  const token = JSON.parse(Buffer.from(header.slice(7), 'base64url').toString()) as {
    repository: string;
    access: boolean;
  };
  return token.access && token.repository === repository ? 'open' : 'forbidden';
}

function refuse(world: ProductWorld, origin: string, repository: string | undefined): ProductAnswer {
  return withChallenge(world, { answer: world.profile.unauthorized, origin, repository });
}

function withChallenge(
  { profile }: ProductWorld,
  { answer, origin, repository }: { answer: ProductAnswer; origin: string; repository: string | undefined },
): ProductAnswer {
  if (answer.status !== 401) return answer;
  const challenge = { 'www-authenticate': profile.challenge(origin, repository) };
  return { ...answer, headers: { ...answer.headers, ...challenge } };
}

interface Asked {
  readonly url: URL;
  readonly origin: string;
  readonly repository: string;
  readonly tags: readonly string[];
}

function tagPage(profile: ProductProfile, { url, origin, repository, tags }: Asked): ProductAnswer {
  const size = Math.min(Number(url.searchParams.get('n') ?? Infinity), profile.maxPage);
  const last = url.searchParams.get('last');
  // Some count where others name the last tag.
  const named = tags.indexOf(last ?? '') + 1;
  const start = named > 0 ? named : Number(last ?? 0);
  const page = profile.maxPage === Infinity ? tags : tags.slice(start, start + size);
  const facts = { origin, repository, page, size, start, hasMore: start + page.length < tags.length };
  const link = profile.link?.(facts);
  const extras = profile.extras?.(repository) ?? { name: repository };
  return { status: 200, json: { ...extras, tags: page }, headers: link === undefined ? {} : { link } };
}

function send(response: ServerResponse, { status, json, text, headers }: ProductAnswer): void {
  const body = text ?? (json === undefined ? '' : JSON.stringify(json));
  const type = text === undefined ? 'application/json' : 'text/html';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(body);
}
