import { TidemarkError } from '../../model/errors.ts';
import type { Login } from '../../model/login.ts';
import type { AwsCredentials } from './aws-credentials.ts';
import { sign, stampOf } from './sign-request.ts';

/** A repository of CodeCommit, as its URL says. */
export interface CodeCommitRepository {
  readonly host: string;
  readonly path: string;
  readonly region: string;
  readonly suffix: string;
}

const hostPattern =
  /^(?:vpce-[a-z0-9-]+\.)?git-codecommit(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|sc2s\.sgov\.gov|c2s\.ic\.gov)$/;

/** How long CodeCommit takes a signature. */
export const codeCommitLifetimeMs = 15 * 60_000;

/** Throws `LoginFailed` for a URL that is none of CodeCommit's, or that is not reached by HTTPS. */
export function parseCodeCommitUrl(text: string): CodeCommitRepository {
  const url = URL.parse(text);
  const [, region, suffix] = hostPattern.exec(url?.hostname ?? '') ?? [];
  if (url === null || region === undefined || suffix === undefined) {
    throw new TidemarkError(
      'LoginFailed',
      `invalid CodeCommit repository: the host '${url?.hostname ?? ''}' must be git-codecommit.<region>.<domain of AWS>; remove provider: aws, or name a repository of CodeCommit`,
    );
  }
  if (url.protocol !== 'https:') {
    throw new TidemarkError(
      'LoginFailed',
      `invalid CodeCommit repository: logins of AWS are for https:// alone, and not for ${url.protocol}//`,
    );
  }
  return { host: url.hostname, path: url.pathname, region, suffix };
}

/** The user name carries the session, and the password is a signature of the repository's address. */
export function codeCommitLogin(
  { host, path, region }: CodeCommitRepository,
  credentials: AwsCredentials,
  now: Date,
): Login {
  // The time is signed without the Z that follows it in the password.
  const stamp = stampOf(now).replace('Z', '');
  const canonical = `GIT\n${path}\n\nhost:${host}\n\nhost\n`;
  const signature = sign(canonical, stamp, { credentials, region, service: 'codecommit' });
  const { accessKeyId, sessionToken } = credentials;
  const username = sessionToken === undefined ? accessKeyId : `${accessKeyId}%${sessionToken}`;
  return { type: 'basic', username, password: `${stamp}Z${signature}` };
}
