/** A piece of a Markdown page and the line it stands on. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** Inline code spans outside fenced blocks. */
export function codeSpans(markdown: string): readonly Piece[] {
  return proseLines(markdown).flatMap(({ text, line }) =>
    [...text.matchAll(/(`+)(.+?)\1/g)].map((match) => ({ text: (match[2] ?? '').trim(), line })),
  );
}

/** Targets of links and images outside fenced blocks and code spans. */
export function linkTargets(markdown: string): readonly Piece[] {
  return proseLines(markdown).flatMap(({ text, line }) => {
    const bare = text.replaceAll(/(`+).+?\1/g, '');
    const inline = [...bare.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
    const reference = [...bare.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)>?/g)];
    return [...inline, ...reference].map((match) => ({ text: match[1] ?? '', line }));
  });
}

/** Lines of fenced blocks in a shell language, without their prompt. */
export function shellLines(markdown: string): readonly Piece[] {
  return lines(markdown)
    .filter(({ fence }) => fence !== undefined && /^(?:sh|bash|shell|console|)$/.test(fence))
    .map(({ text, line }) => ({ text: text.replace(/^\s*\$\s+/, '').trim(), line }));
}

/** Anchors that GitHub gives to the headings of a page. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const { text } of proseLines(markdown)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  for (const match of markdown.matchAll(/<a\s+(?:name|id)="([^"]+)"/g)) anchors.add(match[1] ?? '');
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function proseLines(markdown: string): readonly Piece[] {
  return lines(markdown).filter(({ fence }) => fence === undefined);
}

/** Every line, with the language of the fenced block it stands in. The fences themselves are left out. */
function lines(markdown: string): readonly (Piece & { readonly fence: string | undefined })[] {
  const result: (Piece & { fence: string | undefined })[] = [];
  let open: { readonly mark: string; readonly language: string } | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^\s*(?:[-*]\s+)?(`{3,}|~{3,})\s*([\w-]*)/.exec(text);
    if (open !== undefined && fence?.[1]?.startsWith(open.mark)) open = undefined;
    else if (open === undefined && fence !== null) open = { mark: fence[1] ?? '', language: fence[2] ?? '' };
    else result.push({ text, line: index + 1, fence: open?.language });
  }
  return result;
}
