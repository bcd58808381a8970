import type { AwsFailure } from './aws-failure.ts';
import { isThrottled } from './aws-failure.ts';

/** What was asked of AWS, as messages say it. */
export interface AwsQuestion {
  /** `ecr:GetAuthorizationToken`. */
  readonly action: string;
  /** The host that was asked. */
  readonly host: string;
  /** Who asked: `the AWS identity of this process`. */
  readonly who: string;
  /** What to check when access is denied. */
  readonly grant: string;
  /** What to check when the token of an account is not taken. */
  readonly trust?: string;
}

/** A wrong clock that is off by less does no harm. */
const noticeableSkewMs = 60_000;

/** Codes that a wrong clock causes. */
const clockCodes: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'RequestInTheFuture',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidIdentityToken',
]);

/** Codes whose message repeats the request. */
const echoing: ReadonlySet<string> = new Set(['InvalidSignatureException', 'SignatureDoesNotMatch']);

/** What AWS answered, in one sentence what, and one what to do. `secrets` are taken out of AWS's own words. */
export function explainFailure(
  failure: AwsFailure,
  question: AwsQuestion,
  secrets: readonly string[],
): string {
  const { status, code, message } = failure;
  const shown = secrets.reduce(
    (text, secret) => (secret.length < 4 ? text : text.replaceAll(secret, '***')),
    echoing.has(code) ? '' : message,
  );
  const told = [code === '' ? `status ${status}` : code, ...(shown === '' ? [] : [shown])].join(': ');
  const skew = clockCodes.has(code) ? skewText(failure.skewMs) : undefined;
  return `${question.host} ${whatHappened(failure, question)} (${told}); ${skew ?? advice(failure, question)}`;
}

function whatHappened(failure: AwsFailure, { action, who, trust }: AwsQuestion): string {
  const { code } = failure;
  if (isThrottled(failure)) return `asks for fewer requests at ${action}`;
  if (code === 'InvalidIdentityToken' || (isExpired(code) && trust !== undefined))
    return `does not take the token of ${who}`;
  if (isExpired(code)) return `says that the credentials of ${who} have ended`;
  if (echoing.has(code)) return `does not take the signature of ${who}`;
  if (code === 'UnrecognizedClientException' || code === 'InvalidClientTokenId')
    return `does not know the access key of ${who}`;
  if (isDenied(failure)) return `does not allow ${action} to ${who}`;
  return `failed to do ${action} for ${who}`;
}

function advice(failure: AwsFailure, { grant, trust }: AwsQuestion): string {
  const { code, status } = failure;
  if (isThrottled(failure) || status >= 500) return 'it is tried again';
  if (trust !== undefined && (code === 'InvalidIdentityToken' || isExpired(code))) return trust;
  if (isExpired(code)) return 'get new ones (aws sso login, or whatever wrote them)';
  if (echoing.has(code)) return 'check the secret access key';
  if (code === 'UnrecognizedClientException' || code === 'InvalidClientTokenId')
    return 'check that the key exists, is active, and belongs to this partition of AWS';
  if (code === '' || code === 'Unknown')
    return 'this is no answer of AWS: check the proxy, and AWS_ENDPOINT_URL if it is set';
  if (code === 'RegionDisabledException') return 'turn the region on for this account';
  return grant;
}

function isExpired(code: string): boolean {
  return code === 'ExpiredToken' || code === 'ExpiredTokenException';
}

function isDenied({ code }: AwsFailure): boolean {
  return code === 'AccessDenied' || code === 'AccessDeniedException' || code === 'UnauthorizedOperation';
}

function skewText(skewMs: number | undefined): string | undefined {
  if (skewMs === undefined || Math.abs(skewMs) < noticeableSkewMs) return undefined;
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const length = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
  return `the clock of this machine is ${length} ${skewMs > 0 ? 'behind' : 'ahead of'} that of AWS: set it`;
}
