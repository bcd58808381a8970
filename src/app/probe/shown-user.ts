const knownTokens = /^(?:gh[a-z]_|github_pat_|glpat-|gldt-|xox|eyJ)/;
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const longestName = 64;

/** A user name for a message. Some hosts take a token in the place of the name: what looks like one is not shown. */
export function shownUser(name: string): string {
  const isRandom = /^[\w-]{32,}$/.test(name) && /\d/.test(name) && !guid.test(name);
  if (name.length > longestName || knownTokens.test(name) || isRandom)
    return 'a user name that looks like a token';
  return `user '${name}'`;
}
