import { sign, type KeyObject } from 'node:crypto';

/** How far this machine's clock may be ahead of GitHub's, and behind it, for a token to be taken. */
export const clockTolerance = { aheadMs: 30_000, behindMs: 90_000 };

/** The token (JWT, RS256) by which an App shows who it is, for two minutes that began half a minute ago. */
export function appToken(appId: string, key: KeyObject, now: Date): string {
  const iat = Math.floor((now.getTime() - clockTolerance.aheadMs) / 1000);
  const claims = { iss: appId, iat, exp: iat + (clockTolerance.aheadMs + clockTolerance.behindMs) / 1000 };
  const signed = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}
