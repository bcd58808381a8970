import { HttpFailure } from '../../../http/http-failure.ts';
import { explainFailure } from '../../aws/explain-failure.ts';

const nowhere =
  'there are no AWS credentials here, or none that work: looked in the environment, the shared files (~/.aws, with the credential_process of the profile), for a web identity, and at the container and instance metadata';

/** What the chain of AWS says when it fails, without what programs and files that it ran over have put into its messages. */
export function explainSdkFailure(error: unknown): string {
  const failed = causeOf(error);
  if (failed instanceof HttpFailure) return `no AWS credentials: no answer from AWS: ${failed.message}`;
  if (!(error instanceof Error)) return nowhere;
  const status = statusOf(error);
  if (status !== undefined) {
    const failure = { status, code: error.name, message: oneLine(error.message), skewMs: undefined };
    return explainFailure(failure, question, []);
  }
  if (isFailedProcess(error)) return 'no AWS credentials: the credential_process of the profile failed';
  if (error.message.startsWith('Could not load credentials')) return nowhere;
  return `no AWS credentials: ${oneLine(error.message) || error.name}`;
}

const question = {
  action: 'sts:AssumeRoleWithWebIdentity, sts:AssumeRole or single sign-on',
  host: 'AWS',
  who: 'the AWS identity of this process',
  grant:
    'check the trust policy of the role: it must name the OIDC provider and the service account of this process',
  trust: 'check that IAM has an OIDC provider for the issuer of the cluster, with audience sts.amazonaws.com',
};

function causeOf(error: unknown): unknown {
  let at = error;
  while (at instanceof Error && !(at instanceof HttpFailure) && at.cause !== undefined) at = at.cause;
  return at;
}

/** Errors that AWS answered carry the status of the answer. */
function statusOf(error: Error): number | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata');
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status: unknown = Reflect.get(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

/** What a program printed, and how it was called, may be secret. */
function isFailedProcess(error: Error): boolean {
  return /^Command failed|credential_process/.test(error.message);
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
