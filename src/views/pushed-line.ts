import type { ImageUpdateAutomation } from '../api/image-update-automation.ts';

/** One line about a commit that was pushed. */
export function pushedLine(
  { metadata }: ImageUpdateAutomation,
  pushed: {
    readonly commit: string;
    readonly branch: string;
    readonly draft: { readonly message: string; readonly files: readonly unknown[] };
  },
): string {
  const subject = pushed.draft.message.trimStart().split('\n')[0] ?? '';
  const files = pushed.draft.files.length === 1 ? '1 file' : `${pushed.draft.files.length} files`;
  return `commit ${pushed.commit} to branch '${pushed.branch}' by ${metadata.namespace}/${metadata.name}, ${files}: ${subject}`;
}
