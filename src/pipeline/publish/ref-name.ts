/** True when git accepts the name (git-check-ref-format): the full name of a ref. */
export function isRefName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- git forbids them
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$/.test(name)) return false;
  const parts = name.split('/');
  return parts.length > 1 && parts.every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}

/** The full name of a branch. */
export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

/** The full name of a tag. */
export function tagRef(tag: string): string {
  return `refs/tags/${tag}`;
}

/** A ref as it stands in a revision: what follows `refs/heads/`, `refs/tags/` or `refs/<anything>/`; undefined for other names. */
export function shortRef(ref: string): string | undefined {
  return /^[^/]*\/[^/]*\/(.*)$/s.exec(ref)?.[1];
}
