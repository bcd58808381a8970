import { parseRetryAfter } from '../../../http/retry-after.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Numbers from here on are points in time, in seconds: nobody asks for a pause of thirty years. */
const firstTimestamp = 1_000_000_000;

/**
 * How long an answer asks to be left alone: by `Retry-After`, by its kin that hold a point in time (Docker Hub's
 * `X-Retry-After`), or when its limit begins anew (GitLab's `RateLimit-Reset`).
 */
export function askedPause(
  headers: Headers,
  now: Date,
  { limited }: { limited: boolean },
): number | undefined {
  const read = (name: string): string | undefined => [headers[name] ?? []].flat()[0];
  const plain = parseRetryAfter(read('retry-after'), now);
  if (plain !== undefined || !limited) return plain;
  const other = read('x-retry-after') ?? read('ratelimit-reset') ?? read('x-ratelimit-reset');
  const seconds = Number(other);
  if (!other || !Number.isFinite(seconds) || seconds < 0) return undefined;
  const wait = seconds >= firstTimestamp ? seconds - now.getTime() / 1000 : seconds;
  return parseRetryAfter(String(Math.ceil(Math.max(0, wait))), now);
}
