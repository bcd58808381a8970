import { TidemarkError } from '../../model/errors.ts';
import { clockTolerance } from './app-token.ts';
import type { GithubApp } from './github-app.ts';

/** An answer of the API other than the one that was hoped for. */
export interface Refused {
  /** `POST https://api.github.com/app/installations/1/access_tokens`. */
  readonly asked: string;
  readonly status: number;
  /** What the server wrote, on one line and without anything that it was sent; undefined when it is not the API that wrote. */
  readonly words: string | undefined;
  /** How far this machine's clock is ahead of the server's; negative when it is behind. */
  readonly aheadMs: number | undefined;
  /** How long the server wants to be left alone. */
  readonly pauseMs: number | undefined;
}

export interface RefusedApp {
  readonly app: GithubApp;
  readonly base: URL;
  /** Of the key that was used. */
  readonly fingerprint: string;
}

/** The error of a request that was answered, in two parts: what came back, and what to do. */
export function refusalError(refused: Refused, about: RefusedApp, advice?: string): TidemarkError {
  const { pauseMs } = refused;
  const text = advice ?? adviceFor(refused, about);
  return new TidemarkError(
    'LoginFailed',
    `${shown(refused)}${text === undefined ? '' : `: ${text}`}`,
    pauseMs === undefined ? {} : { retryAfterMs: pauseMs },
  );
}

/** What came back, in a few words. */
export function shown({ asked, status, words }: Refused): string {
  return `${asked}: ${status}${words === undefined ? '' : ` ${JSON.stringify(words)}`}`;
}

export function suspendedAdvice({ app }: RefusedApp, id: string, since: string): string {
  return `installation ${id} of app ${app.appId} is suspended since ${since}; an owner of the account lifts that under "GitHub Apps" > "Configure" > "Unsuspend"`;
}

/** Neither an organization nor a user of the name has the App. */
export function notInstalledError(
  refused: readonly [Refused, Refused],
  about: RefusedApp,
  owner: string,
): TidemarkError {
  const [asOrganization, asUser] = refused.map(shown);
  const isMissing = refused.every(({ status, words }) => status === 404 && words !== undefined);
  const advice = isMissing
    ? `app ${about.app.appId} is not installed for '${owner}'; install it from "Install App" of the app's settings, or correct 'githubAppInstallationOwner'`
    : adviceFor(refused[1], about);
  return new TidemarkError(
    'LoginFailed',
    `failed to find organization installation: ${asOrganization}; failed to find user installation: ${asUser}${advice === undefined ? '' : `: ${advice}`}`,
  );
}

function adviceFor(refused: Refused, about: RefusedApp): string | undefined {
  const { status, pauseMs } = refused;
  const { app } = about;
  if (pauseMs !== undefined) {
    return `the API limits requests and asks to wait ${duration(pauseMs)}; nothing is asked before`;
  }
  if (status === 401) return clockAdvice(refused, about) ?? keyAdvice(about);
  const hint = serverHint(refused, about);
  if (hint !== undefined) return hint;
  if (status === 404 && 'id' in app.installation) {
    return `app ${app.appId} has no installation ${app.installation.id}; the number is the last part of the address of the installation's settings`;
  }
  if (status === 403) {
    return 'the API refuses the app; usual reasons are a suspended installation and a list of allowed IP addresses';
  }
  return undefined;
}

/** The App's token says from when and until when it is good, by this machine's clock. */
function clockAdvice({ aheadMs }: Refused, { base }: RefusedApp): string | undefined {
  if (aheadMs === undefined) return undefined;
  // The server's header has whole seconds.
  const isOff = aheadMs > clockTolerance.aheadMs - 1000 || -aheadMs > clockTolerance.behindMs - 1000;
  if (!isOff) return undefined;
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return `this machine's clock is ${duration(Math.abs(aheadMs))} ${side} that of ${base.host}, so the app's token is not good there; set the clock, and keep it by NTP`;
}

function keyAdvice({ app, fingerprint }: RefusedApp): string {
  return `the private key is none of app ${app.appId}'s, or 'githubAppID' is another app's; look for ${fingerprint} under "Private keys" of the app's settings, and make a new key if it is not there`;
}

/** What answers is not the API: whoever names a server of their own is easily in the wrong part of it. */
function serverHint({ words }: Refused, { base }: RefusedApp): string | undefined {
  const isApi = /^api\.|\.api\./.test(base.hostname) || base.pathname.endsWith('/api/v3/');
  if (isApi || words !== undefined) return undefined;
  return `GitHub Enterprise Server has its API at ${base.origin}/api/v3; write that into 'githubAppBaseURL'`;
}

/** `12 minutes`, `1 hour`: as people say it. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const;
  const [size, unit] = units.find(([length]) => seconds >= 2 * length) ?? [1, 'second'];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
