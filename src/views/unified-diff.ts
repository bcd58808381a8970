import { createTwoFilesPatch } from 'diff';

export interface FileChange {
  readonly path: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** The changes as `git diff` shows them. Bytes that are not UTF-8 are shown with replacement characters. */
export function unifiedDiff(changes: readonly FileChange[]): string {
  return changes.map(fileDiff).join('');
}

function fileDiff({ path, before, after }: FileChange): string {
  const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before.toString(), after.toString(), '', '', {
    context: 3,
  });
  // The library begins with a line of its own, and marks names with tabs that git has no use for.
  const body = patch.slice(patch.indexOf('--- ')).replace(/^(---|\+\+\+) (.*?)\t?$/gm, '$1 $2');
  return `diff --git a/${path} b/${path}\n${body}`;
}
