import { TidemarkError } from '../../model/errors.ts';
import type { AwsCredentials } from './aws-credentials.ts';
import { readXml } from './read-xml.ts';

const prefix = 'AssumeRoleWithWebIdentityResult/Credentials';

/** The form that asks for credentials of a role with a token of the cluster. */
export function assumeRoleForm(request: {
  readonly role: string;
  readonly session: string;
  readonly token: string;
}): string {
  return new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: request.role,
    RoleSessionName: request.session,
    WebIdentityToken: request.token,
  }).toString();
}

/** The credentials in the answer to `assumeRoleForm`. Throws `LoginFailed`; the message shows nothing of it. */
export function readAssumedRole(body: string): AwsCredentials {
  const texts = readXml(body);
  const read = (name: string): string | undefined => texts?.get(`${prefix}/${name}`);
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(
    read,
  );
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
    throw new TidemarkError('LoginFailed', 'STS gave no credentials');
  return { accessKeyId, secretAccessKey, sessionToken };
}
