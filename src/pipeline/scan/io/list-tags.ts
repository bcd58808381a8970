import { TidemarkError } from '../../../model/errors.ts';
import type { ImageName } from '../../../model/image-ref.ts';
import { isTag } from '../../../model/image-ref.ts';
import { nextPage } from './next-page.ts';
import type { RegistrySession } from './registry-session.ts';
import { whereOf } from './registry-transport.ts';
import { parseTagPage } from './tag-page.ts';

export interface TagListing {
  readonly tags: readonly string[];
  /** Texts that the registry listed and that cannot be tags. */
  readonly dropped: readonly string[];
}

export interface ListLimits {
  readonly maxPages: number;
  readonly maxTags: number;
}

/** ECR refuses to list more at a time. */
const pageSize = 1000;
/** So many pages in a row without anything new are no list any more. */
const maxStalePages = 20;
/** How registries without pages take a question for the next one. */
const saysNoMore: ReadonlySet<number> = new Set([400, 404, 405, 416, 501]);

/** Reads every page of a tag list, or throws. A tag that is listed twice counts once. */
export async function listTags(
  { session, image, limits }: { session: RegistrySession; image: ImageName; limits: ListLimits },
  signal: AbortSignal,
): Promise<TagListing> {
  const collected = new Collected();
  const asked = new Set<string>();
  const { repository } = image;
  let target: Target = { next: `/v2/${repository}/tags/list?n=${pageSize}`, isGuess: false };
  for (let stale = 0; ;) {
    const answer = await session.send({ method: 'GET', target: target.next, repository }, signal);
    if (target.isGuess && saysNoMore.has(answer.status)) return collected.listing();
    if (answer.status !== 200) throw session.unusable({ method: 'GET', repository }, answer);
    const where = whereOf({ method: 'GET', url: answer.url });
    const refuse = (what: string): never => {
      throw new TidemarkError('RegistryBadAnswer', `${where}: ${what}`);
    };
    const page = parseTagPage(answer.body, where);
    const isNews = collected.add(page);
    stale = isNews ? 0 : stale + 1;
    const linked = nextPage(answer.headers['link'], answer.url, where);
    const next = linked ?? (isNews ? guessNextPage(page, answer.url) : undefined);
    if (!next) return collected.listing();
    asked.add(answer.url.href);
    if (asked.has(next.href)) refuse('the pages of the tag list lead back to one that was read');
    if (asked.size >= limits.maxPages || stale >= maxStalePages) refuse('the tag list has no end');
    if (collected.size > limits.maxTags) refuse(`the tag list has more than ${limits.maxTags} tags`);
    target = { next, isGuess: !linked };
  }
}

interface Target {
  readonly next: string | URL;
  /** The registry has not said that there is more. */
  readonly isGuess: boolean;
}

/** Where to look for more after a page that is full to the last tag and names no other: groups of Nexus end so without a word. */
function guessNextPage(page: readonly string[], answered: URL): URL | undefined {
  const last = page.at(-1);
  if (page.length !== pageSize || last === undefined) return undefined;
  const next = new URL(answered);
  next.search = new URLSearchParams({ n: String(pageSize), last }).toString();
  return next;
}

class Collected {
  readonly #tags = new Set<string>();
  readonly #dropped = new Set<string>();

  get size(): number {
    return this.#tags.size + this.#dropped.size;
  }

  /** True when the page brought something new. */
  add(page: readonly string[]): boolean {
    const before = this.size;
    for (const tag of page) {
      if (isTag(tag)) this.#tags.add(tag);
      else this.#dropped.add(tag);
    }
    return this.size > before;
  }

  listing(): TagListing {
    return { tags: [...this.#tags], dropped: [...this.#dropped] };
  }
}
