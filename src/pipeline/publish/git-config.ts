import type { ConfigEntry } from './remote-access.ts';

/** What every git process of ours is told, whatever stands in any configuration file of the machine. */
export const baseConfig: readonly ConfigEntry[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.askPass', ''],
  ['core.fsync', 'none'], // The mirror is a cache: what a power cut damages is fetched again.
  ['core.fsmonitor', 'false'],
  ['core.logAllRefUpdates', 'false'],
  ['credential.helper', ''],
  ['safe.directory', '*'], // Only for the mirror, which is ours: git drops this entry for the other side of a file:// remote.
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.showForcedUpdates', 'false'],
  ['push.followTags', 'false'],
  ['push.gpgSign', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['protocol.version', '2'],
  // Redirects are followed by us, and only on the same host: git would carry the header along.
  ['http.followRedirects', 'false'],
  ['http.emptyAuth', 'false'],
  ['http.cookieFile', ''],
  ['http.lowSpeedLimit', '1'],
];

/** Configuration as environment variables: the only way for it that is neither a file nor an argument. */
export function configEnvironment(entries: readonly ConfigEntry[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) };
  for (const [index, [key, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

/** The environment of a git process: nothing of ours but the way to programs and to the system's certificates. */
export function gitEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  { home, ceiling }: { readonly home: string; readonly ceiling: string },
): Readonly<Record<string, string>> {
  const passedOn = ['PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR'].flatMap((name) => {
    const value = ours[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passedOn),
    HOME: home,
    LANG: 'C',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'http:https:ssh:file',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_CEILING_DIRECTORIES: ceiling,
  };
}
