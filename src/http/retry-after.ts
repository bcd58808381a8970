const aYearMs = 365 * 86_400_000;

/** What a `Retry-After` header asks for, in milliseconds from `now`: seconds or a date. Undefined when it says neither. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text) * 1000, aYearMs);
  // Only what looks like an HTTP date: Date.parse also reads "-5" and "next 1".
  const time = /^[A-Z][a-z]{2}.*\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.min(Math.max(time - now.getTime(), 0), aYearMs);
}
