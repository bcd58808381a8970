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

/** Reads every page of a tag list, or throws. A tag that is listed twice counts once. */
export async function listTags(
  { session, image, limits }: { session: RegistrySession; image: ImageName; limits: ListLimits },
  signal: AbortSignal,
): Promise<TagListing> {
  const collected = new Collected();
  const asked = new Set<string>();
  const { repository } = image;
  let target: string | URL = `/v2/${repository}/tags/list?n=${pageSize}`;
  for (let stale = 0; ;) {
    const answer = await session.send({ method: 'GET', target, repository }, signal);
    if (answer.status !== 200) throw session.unusable({ method: 'GET', repository }, answer);
    const where = whereOf({ method: 'GET', url: answer.url });
    const refuse = (what: string): never => {
      throw new TidemarkError('RegistryBadAnswer', `${where}: ${what}`);
    };
    stale = collected.add(parseTagPage(answer.body, where)) ? 0 : stale + 1;
    const next = nextPage(answer.headers['link'], answer.url, where);
    if (!next) return collected.listing();
    asked.add(answer.url.href);
    if (asked.has(next.href)) refuse('the pages of the tag list lead back to one that was read');
    if (asked.size >= limits.maxPages || stale >= maxStalePages) refuse('the tag list has no end');
    if (collected.size > limits.maxTags) refuse(`the tag list has more than ${limits.maxTags} tags`);
    target = next;
  }
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
