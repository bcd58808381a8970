/** How many pulls an account has, as Docker Hub tells: `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 76;w=21600`. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  readonly windowMs: number;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the headers of an answer say about pulls; undefined when they do not. */
export function parseAllowance(headers: Headers): Allowance | undefined {
  const limit = readLimit(headers['ratelimit-limit']);
  const remaining = readLimit(headers['ratelimit-remaining']);
  const seconds = limit?.seconds ?? remaining?.seconds;
  if (!limit || !remaining || seconds === undefined) return undefined;
  return { limit: limit.count, remaining: remaining.count, windowMs: seconds * 1000 };
}

function readLimit(
  header: string | readonly string[] | undefined,
): { count: number; seconds: number | undefined } | undefined {
  const [text = ''] = [header ?? []].flat();
  const [, count, seconds] = /^\s*(\d{1,9})\s*(?:;\s*w\s*=\s*(\d{1,9}))?/.exec(text) ?? [];
  if (count === undefined) return undefined;
  return { count: Number(count), seconds: seconds === undefined ? undefined : Number(seconds) };
}

/** The pulls of one account. What is counted are manifests that are fetched: neither tag lists nor HEAD. */
export class PullAllowance {
  #used: { readonly allowance: Allowance; readonly untilMs: number } | undefined;

  learn(allowance: Allowance, nowMs: number): void {
    this.#used =
      allowance.remaining > 0 ? undefined : { allowance, untilMs: nowMs + timeForOnePull(allowance) };
  }

  /** How long until a pull may be had again, and in which words to say so; undefined while there are any. */
  exhausted(nowMs: number): { readonly waitMs: number; readonly text: string } | undefined {
    if (!this.#used || this.#used.untilMs <= nowMs) return undefined;
    const { allowance, untilMs } = this.#used;
    const hours = Math.round(allowance.windowMs / 360_000) / 10;
    return {
      waitMs: untilMs - nowMs,
      text: `none of the ${allowance.limit} pulls in ${hours} h is left, and one comes back in about ${Math.ceil((untilMs - nowMs) / 1000)} s`,
    };
  }
}

/** The window slides: on the average one pull comes back in this time. */
function timeForOnePull({ limit, windowMs }: Allowance): number {
  return windowMs / Math.max(1, limit);
}
