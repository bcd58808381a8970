import { TidemarkError } from '../../../model/errors.ts';

/**
 * Reads one page of a tag list. `where` stands before what is wrong: method and URL.
 * No tags (`null`, or none named) is an empty page; anything but a tag list is `RegistryBadAnswer`, never an empty page.
 */
export function parseTagPage(body: Buffer, where: string): readonly string[] {
  const refuse = (what: string, cause?: unknown): never => {
    throw new TidemarkError('RegistryBadAnswer', `${where}: ${what}`, { cause });
  };
  if (body.length > unsuspiciousBytes && isBloated(body)) {
    refuse('the answer has more objects than a tag list can have');
  }
  const text = body.toString('utf8');
  if (text.trim() === '') refuse('the answer is empty, not a tag list');
  let page: unknown;
  try {
    page = JSON.parse(text);
  } catch {
    if (looksLikeHtml(text)) refuse('the answer is an HTML page, not a tag list; is this a registry?');
    refuse('the answer is not JSON, or was cut off');
  }
  if (typeof page !== 'object' || page === null || Array.isArray(page))
    return refuse('the answer is no tag list');
  const tags: unknown = Reflect.get(page, 'tags');
  if (tags === null || (tags === undefined && 'name' in page && !('errors' in page))) return [];
  if (!Array.isArray(tags)) return refuse("the answer has no 'tags'");
  const list: readonly unknown[] = tags;
  return isStrings(list) ? list : refuse("the answer has 'tags' that are not text");
}

const unsuspiciousBytes = 2 ** 20;
/** Google's registries add an object and two lists for each manifest. */
const maxStructures = 1_000_000;

/** Whether the text can hold more objects and lists than that. Each takes many times its characters in memory once it is parsed. */
function isBloated(body: Buffer): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (
      let at = body.indexOf(bracket);
      at >= 0 && count <= maxStructures;
      at = body.indexOf(bracket, at + 1)
    ) {
      count += 1;
    }
  }
  return count > maxStructures;
}

export function looksLikeHtml(text: string): boolean {
  return /^\s*<(?:!doctype|html|head|body|\?xml)/i.test(text.slice(0, 1000));
}

function isStrings(list: readonly unknown[]): list is readonly string[] {
  return list.every((entry) => typeof entry === 'string');
}
