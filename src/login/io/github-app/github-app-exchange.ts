import * as z from 'zod';
import { TidemarkError } from '../../../model/errors.ts';
import { appKeyFingerprint, parseAppKey } from '../../github-app/app-key.ts';
import { appToken } from '../../github-app/app-token.ts';
import {
  duration,
  notInstalledError,
  refusalError,
  suspendedAdvice,
  type RefusedApp,
} from '../../github-app/explain-refusal.ts';
import type { GithubApp } from '../../github-app/github-app.ts';
import { missingPermission } from '../../github-app/missing-permission.ts';
import type { LoginRoute, TimedLogin } from '../../ports.ts';
import { askGithub, type ApiAnswer, type GithubApiParts } from './github-api.ts';

const installation = z.object({ id: z.int(), suspended_at: z.string().nullish() });
const issued = z.object({
  token: z.string().min(1),
  expires_at: z.string(),
  permissions: z.record(z.string(), z.string()).optional(),
});

/** One exchange under way. */
interface Exchange {
  readonly about: RefusedApp;
  readonly ask: (method: 'GET' | 'POST', path: string) => Promise<ApiAnswer>;
}

const usualBase = 'https://api.github.com';
const usualLifetimeMs = 3_600_000;
const maxPauses = 1000;

/** Exchanges the key of a GitHub App for a token of one of its installations, and leaves the API alone when it asks for that. */
export class GithubAppExchange {
  readonly #parts: GithubApiParts;
  /** Until when an App is not to ask, by server and App. */
  readonly #pauses = new Map<string, number>();

  constructor(parts: GithubApiParts) {
    this.#parts = parts;
  }

  /** Throws `LoginFailed`, with `retryAfterMs` when the API wants a rest, and `Aborted`. */
  async exchange(app: GithubApp, route: LoginRoute, signal: AbortSignal): Promise<TimedLogin> {
    const base = new URL(`${(app.baseUrl ?? usualBase).replace(/\/+$/, '')}/`);
    const key = parseAppKey(app.privateKey);
    const token = appToken(app.appId, key, this.#parts.clock.now());
    const about = { app, base, fingerprint: appKeyFingerprint(key) };
    const place = `${base.href} ${app.appId}`;
    this.#checkPause(place, about);
    const ask: Exchange['ask'] = async (method, path) => {
      const answer = await askGithub(this.#parts, { base, route, token, signal }, [method, path]);
      const { pauseMs } = answer.refused;
      if (pauseMs === undefined) return answer;
      this.#pause(place, pauseMs);
      throw refusalError(answer.refused, about);
    };
    return exchangeFor({ about, ask });
  }

  #pause(place: string, ms: number): void {
    this.#pauses.set(place, this.#parts.clock.monotonicMs() + ms);
    const [oldest] = this.#pauses.keys();
    if (this.#pauses.size > maxPauses && oldest !== undefined) this.#pauses.delete(oldest);
  }

  #checkPause(place: string, { base, app }: RefusedApp): void {
    const end = this.#pauses.get(place);
    if (end === undefined) return;
    const leftMs = end - this.#parts.clock.monotonicMs();
    if (leftMs <= 0) {
      this.#pauses.delete(place);
      return;
    }
    throw new TidemarkError(
      'LoginFailed',
      `${base.host} limits the requests of app ${app.appId}; the next one is made in ${duration(leftMs)}`,
      { retryAfterMs: Math.ceil(leftMs) },
    );
  }
}

async function exchangeFor(exchange: Exchange): Promise<TimedLogin> {
  const { about, ask } = exchange;
  const id = await installationId(exchange);
  const answer = await ask('POST', `app/installations/${id}/access_tokens`);
  if (!answer.ok) throw await refusedToken(exchange, id, answer);
  const { data } = issued.safeParse(answer.json);
  if (data === undefined) throw refusalError(answer.refused, about, 'the answer holds no token');
  const lacks = missingPermission(about.app, data.permissions);
  return {
    login: {
      type: 'basic',
      username: 'x-access-token',
      password: data.token,
      ...(lacks === undefined ? {} : { lacks }),
    },
    lifetimeMs: lifetimeOf(data.expires_at, answer.time),
  };
}

/** Both moments are of the server's clock: this machine's does not count. */
function lifetimeOf(expiresAt: string, now: Date): number {
  const ends = Date.parse(expiresAt);
  return Number.isNaN(ends) ? usualLifetimeMs : Math.max(ends - now.getTime(), 0);
}

async function installationId({ about, ask }: Exchange): Promise<string> {
  const { installation: wanted } = about.app;
  if ('id' in wanted) return wanted.id;
  const name = encodeURIComponent(wanted.owner);
  const asOrganization = await ask('GET', `orgs/${name}/installation`);
  const found = idIn(asOrganization);
  if (found !== undefined) return found;
  // A token that is not good is not good for users either.
  if (asOrganization.refused.status === 401) throw refusalError(asOrganization.refused, about);
  const asUser = await ask('GET', `users/${name}/installation`);
  const ofUser = idIn(asUser);
  if (ofUser !== undefined) return ofUser;
  throw notInstalledError([asOrganization.refused, asUser.refused], about, wanted.owner);
}

function idIn({ ok, json }: ApiAnswer): string | undefined {
  const { data } = installation.safeParse(ok ? json : undefined);
  return data && String(data.id);
}

/** Whether an installation is suspended is a field of it, and does not have to be read out of a text. */
async function refusedToken({ about, ask }: Exchange, id: string, answer: ApiAnswer): Promise<TidemarkError> {
  if (answer.refused.status !== 403) return refusalError(answer.refused, about);
  const seen = await ask('GET', `app/installations/${id}`);
  const { data } = installation.safeParse(seen.ok ? seen.json : undefined);
  const since = data?.suspended_at;
  const advice = since ? suspendedAdvice(about, id, since) : undefined;
  return refusalError(answer.refused, about, advice);
}
