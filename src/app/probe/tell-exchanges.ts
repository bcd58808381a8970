import type { HttpExchange } from '../../http/http-client.ts';
import { redactUrl } from '../../http/redact-url.ts';
import type { ImageName } from '../../model/image-ref.ts';
import { pickChallenge } from '../../pipeline/scan/io/challenge.ts';
import type { Told } from '../kubernetes/progress.ts';

/** What the requests of a scan were for. */
export interface SortedExchanges {
  /** `/v2/`, which says how one is let in. */
  readonly ping: Answered | undefined;
  /** Requests to the token server. */
  readonly token: readonly HttpExchange[];
}

type Answered = Extract<HttpExchange, { readonly status: number }>;

/** Sorts the requests of one scan by what they were for. */
export function sortExchanges(exchanges: readonly HttpExchange[], { registry }: ImageName): SortedExchanges {
  const isPing = ({ url }: HttpExchange): boolean =>
    url.host === hostOf(registry, url) && url.pathname === '/v2/';
  const ping = exchanges
    .filter(isPing)
    .filter(isAnswered)
    .findLast(({ status }) => status === 200 || status === 401);
  const realm = URL.parse(pickChallenge(ping?.headers['www-authenticate'])?.parameters['realm'] ?? '');
  const token = exchanges.filter(
    ({ url }) => realm !== null && url.origin === realm.origin && url.pathname === realm.pathname,
  );
  return { ping, token };
}

/** Says what a registry wants to see, and whether its token server has given a token. */
export async function* tellExchanges(exchanges: readonly HttpExchange[], image: ImageName): Told {
  const { ping, token } = sortExchanges(exchanges, image);
  if (ping === undefined) return;
  yield { sign: 'done', text: `${redactUrl(ping.url)} ${wish(ping)}` };
  const given = token.filter(isAnswered).find(({ status }) => status === 200);
  if (given !== undefined)
    yield { sign: 'done', text: `token from ${given.url.origin}${given.url.pathname}` };
}

function wish({ status, headers }: Answered): string {
  if (status === 200) return 'answers anybody';
  const challenge = pickChallenge(headers['www-authenticate']);
  if (challenge === undefined) return 'wants credentials, and does not say which';
  if (challenge.scheme === 'basic') return 'wants user name and password (Basic)';
  if (challenge.scheme !== 'bearer')
    return `wants credentials of a sort that is not supported (${challenge.scheme})`;
  const realm = URL.parse(challenge.parameters['realm'] ?? '');
  return `wants a token (Bearer)${realm === null ? '' : ` from ${realm.origin}${realm.pathname}`}`;
}

export function isAnswered(exchange: HttpExchange): exchange is Answered {
  return 'status' in exchange;
}

/** The registry as a URL of that scheme has it, where a default port is left out. */
function hostOf(registry: string, { protocol }: URL): string {
  return URL.parse(`${protocol}//${registry}/`)?.host ?? registry;
}
