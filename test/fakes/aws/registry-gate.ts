import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FakeAws } from './fake-aws.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** What the gate of a registry has seen. */
export interface RegistryGate {
  readonly listener: Listener;
  /** Every request, with the status that the gate gave it (0 when it let it through) and the key whose login was shown. */
  readonly passages: {
    readonly path: string;
    readonly status: number;
    readonly accessKeyId: string | undefined;
  }[];
}

/** Stands before a registry as ECR does: asks for Basic, lets in whoever shows a login of AWS, and says 403 to a login that has ended. */
export function registryGate(aws: FakeAws, inside: Listener): RegistryGate {
  const passages: RegistryGate['passages'] = [];
  return {
    passages,
    listener: (request, response) => {
      const { authorization } = request.headers;
      const accessKeyId = aws.ownerOf(authorization);
      const path = request.url ?? '';
      const refusal = authorization === undefined ? 401 : 403;
      const status = accessKeyId === undefined ? refusal : 0;
      passages.push({ path, status, accessKeyId });
      if (status === 0) return inside(request, response);
      if (status === 401) response.setHeader('www-authenticate', 'Basic realm="https://ecr",service="ecr"');
      response.statusCode = status;
      response.setHeader('content-type', 'application/json; charset=utf-8');
      const message =
        status === 401
          ? 'Not Authorized'
          : 'Your authorization token has expired. Reauthenticate and try again.';
      response.end(JSON.stringify({ errors: [{ code: 'DENIED', message }] }));
    },
  };
}
