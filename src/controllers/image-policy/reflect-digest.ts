import type { ImagePolicySpec, SelectedImage } from '../../api/image-policy.ts';

/** Whether the digest has to be asked for, and what to do without asking. */
export type DigestPlan =
  | { readonly type: 'none' }
  | { readonly type: 'keep'; readonly digest: string }
  | { readonly type: 'fetch' };

/** Decides about the digest of a selection. `latest` is what the status holds now. */
export function planDigest(
  policy: ImagePolicySpec['digestReflectionPolicy'],
  selected: Pick<SelectedImage, 'name' | 'tag'>,
  latest: SelectedImage | undefined,
): DigestPlan {
  switch (policy) {
    case 'Never':
      return { type: 'none' };
    case 'Always':
      return { type: 'fetch' };
    case 'IfNotPresent': {
      const same = latest?.name === selected.name && latest.tag === selected.tag;
      const digest = latest?.digest;
      return same && digest !== undefined && digest !== '' ? { type: 'keep', digest } : { type: 'fetch' };
    }
  }
}
