import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FakeAws } from './fake-aws.ts';
import { isSignedBy, readSignature, type ReadSignature } from './signature.ts';

/** A request, and what its headers say. */
interface Call {
  readonly aws: FakeAws;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
  readonly read: ReadSignature | undefined;
}

/** AWS takes signatures that are not older, and not from further ahead. */
const allowedSkewMs = 5 * 60_000;

/** Answers one request to AWS. */
export async function handle(
  aws: FakeAws,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const read = readSignature(request.headers.authorization);
  const call: Call = { aws, request, response, body, read };
  const form = Object.fromEntries(new URLSearchParams(read === undefined ? body : ''));
  const action = actionOf(call, form);
  aws.calls.push({
    action,
    region: read?.region ?? '',
    host: request.headers.host ?? '',
    accessKeyId: read?.accessKeyId,
    form,
  });
  response.setHeader('date', new Date(aws.now).toUTCString());
  const fault = aws.takeFault(action);
  if (fault !== undefined) {
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
    response.statusCode = fault.status;
    response.end(fault.body);
  } else if (action === 'sts:AssumeRoleWithWebIdentity') assumeRole(call, form);
  else if (action === '') json(call, 400, { __type: 'UnknownOperationException' });
  else authorize(call, action);
}

function actionOf({ request }: Call, form: Readonly<Record<string, string>>): string {
  if (form['Action'] !== undefined) return `sts:${form['Action']}`;
  const target = request.headers['x-amz-target'];
  if (target === 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken')
    return 'ecr:GetAuthorizationToken';
  return target === 'SpencerFrontendService.GetAuthorizationToken' ? 'ecr-public:GetAuthorizationToken' : '';
}

function authorize(call: Call, action: string): void {
  const { aws, request, read } = call;
  const key = read === undefined ? undefined : aws.key(read.accessKeyId);
  if (read === undefined) return json(call, 400, { __type: 'MissingAuthenticationTokenException' });
  if (key === undefined)
    return json(call, 400, {
      __type: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    });
  const stamp = String(request.headers['x-amz-date']).replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  const isOld = Math.abs(Date.parse(stamp) - aws.now) > allowedSkewMs;
  if (isOld || read.service !== action.split(':')[0] || !isSignedBy(key, read, call))
    return json(call, 400, {
      __type: 'InvalidSignatureException',
      message: `Signature expired or wrong. The canonical string had x-amz-security-token:${key.sessionToken ?? ''}`,
    });
  const { token, expires } = aws.issue(key.accessKeyId);
  const data = { authorizationToken: token, expiresAt: expires / 1000 };
  return json(call, 200, { authorizationData: read.service === 'ecr' ? [data] : data });
}

function assumeRole(call: Call, form: Readonly<Record<string, string>>): void {
  const { aws } = call;
  const takes = aws.options.roles?.[form['RoleArn'] ?? ''];
  if (takes?.(form['WebIdentityToken'] ?? '') !== true)
    return xml(
      call,
      403,
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>',
    );
  const { accessKeyId, secretAccessKey, sessionToken } = aws.assume();
  return xml(
    call,
    200,
    `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/x/${form['RoleSessionName']}</Arn></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>${accessKeyId}</AccessKeyId>
      <SecretAccessKey>${secretAccessKey}</SecretAccessKey>
      <SessionToken>${sessionToken}</SessionToken>
      <Expiration>${new Date(aws.now + 3_600_000).toISOString()}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`,
  );
}

function json({ response }: Call, status: number, value: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.end(JSON.stringify(value));
}

function xml({ response }: Call, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/xml');
  response.end(text);
}
