/** One way in that a registry offers: `Basic`, or `Bearer` with the place where tokens are given out. */
export interface Challenge {
  /** Lower case: `basic`, `bearer`, or something that is not spoken here. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The challenge of a `WWW-Authenticate` header that can be met: the first `Bearer` or `Basic`, otherwise the first of any kind.
 * Undefined when there is no header to read.
 */
export function pickChallenge(header: string | readonly string[] | undefined): Challenge | undefined {
  const challenges = [header ?? []].flat().flatMap((text) => parseChallenges(text));
  return challenges.find(({ scheme }) => scheme === 'bearer' || scheme === 'basic') ?? challenges[0];
}

const piece = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;

/** Reads `Scheme a="b", c=d, Other e=f`: a word without a value begins the next challenge. */
function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  for (const [, word = '', quoted, plain] of header.matchAll(piece)) {
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    const current = challenges.at(-1);
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: {} });
    else if (current) current.parameters[word.toLowerCase()] ??= value;
  }
  return challenges;
}
