import type { ImagePolicyStatus, SelectedImage } from '../../api/image-policy.ts';

/** Moves the selection into the status; the one before it is remembered when they differ. True when something changed. */
export function recordSelection(status: ImagePolicyStatus, selected: SelectedImage): boolean {
  const { latestRef } = status;
  if (latestRef !== undefined && sameImage(latestRef, selected)) return false;
  if (latestRef !== undefined) status.observedPreviousRef = latestRef;
  status.latestRef = selected;
  return true;
}

/** The message of a policy that is ready. */
export function readyMessage(
  { observedPreviousRef: previous }: ImagePolicyStatus,
  selected: SelectedImage,
): string {
  const { name, tag, digest } = selected;
  const withDigest = digest === undefined ? '' : ` with digest ${digest}`;
  const before =
    previous === undefined || sameImage(previous, selected)
      ? ''
      : ` (previously ${previous.name}:${previous.tag}${previous.digest === undefined ? '' : `@${previous.digest}`})`;
  return `Latest image tag for ${name} resolved to ${tag}${withDigest}${before}`;
}

function sameImage(a: SelectedImage, b: SelectedImage): boolean {
  return a.name === b.name && a.tag === b.tag && (a.digest ?? '') === (b.digest ?? '');
}
