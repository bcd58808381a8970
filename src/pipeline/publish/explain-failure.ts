import { classifyGitFailure, type GitFailure } from './git-failure.ts';
import type { RemoteAccess } from './remote-access.ts';

/** What git said about a remote, with what we know about the way there, and without any secret. */
export function explainFailure(
  stderr: string,
  { authenticated, proxy, redact }: Pick<RemoteAccess, 'authenticated' | 'proxy' | 'redact'>,
): GitFailure {
  const { kind, reason } = classifyGitFailure(stderr);
  const told = (more: string): GitFailure => ({ kind, reason: redact(`${reason}${more}`) });
  if (kind === 'unauthorized')
    return told(authenticated ? ': the credentials were refused' : ': there are no credentials for it');
  const onTheWay = kind === 'proxy-refused' || kind === 'unreachable';
  return told(proxy !== undefined && onTheWay ? ` (through the proxy ${proxy})` : '');
}
