import { readXml } from './read-xml.ts';

/** How AWS says no. */
export interface AwsFailure {
  readonly status: number;
  /** `AccessDeniedException`; empty when the answer has none. */
  readonly code: string;
  /** AWS's own words, in one line. May repeat what was sent: hide secrets before it is shown. */
  readonly message: string;
  /** How far AWS's clock is ahead of ours. */
  readonly skewMs: number | undefined;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

const longestMessage = 400;

/** Reads an answer that is no success: JSON with `__type`, or XML with `Error`. */
export function readAwsFailure({ status, headers, body }: AwsAnswer, now: Date): AwsFailure {
  const header = first(headers['x-amzn-errortype']);
  const [code, message] = body.trimStart().startsWith('<') ? fromXml(body) : fromJson(body);
  const date = Date.parse(first(headers['date']) ?? '');
  return {
    status,
    code: (header ?? code).replace(/:.*$/, '').replace(/^.*#/, ''),
    message: message
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim()
      .slice(0, longestMessage),
    skewMs: Number.isNaN(date) ? undefined : date - now.getTime(),
  };
}

const throttling: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'ThrottleException',
  'TooManyRequestsException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'LimitExceededException',
]);

export function isThrottled({ status, code }: AwsFailure): boolean {
  return status === 429 || throttling.has(code);
}

/** True when the same request may well succeed in a moment. */
export function isTemporary(failure: AwsFailure): boolean {
  return isThrottled(failure) || failure.status >= 500 || failure.code === 'IDPCommunicationError';
}

const outdated: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
]);

/** True when other credentials may be taken: these have ended, or have been replaced. */
export function areOutdated({ code }: AwsFailure): boolean {
  return outdated.has(code);
}

function fromJson(body: string): readonly [code: string, message: string] {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return ['', ''];
  }
  const read = (name: string): string => {
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : '';
    return typeof value === 'string' ? value : '';
  };
  return [read('__type'), read('message') || read('Message')];
}

function fromXml(body: string): readonly [code: string, message: string] {
  const texts = readXml(body);
  const read = (name: string): string =>
    texts?.get(`Error/${name}`) ?? texts?.get(`Errors/Error/${name}`) ?? '';
  return [read('Code'), read('Message')];
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
