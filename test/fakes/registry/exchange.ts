import type { IncomingMessage, ServerResponse } from 'node:http';

import type { FakeRegistry } from './fake-registry.ts';
import { errorBody } from './faults.ts';

/** One request, and what its path says. */
export interface Exchange {
  readonly registry: FakeRegistry;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly repository: string;
  /** What follows `tags/`, `manifests/` or `blobs/`. */
  readonly rest: string;
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(value));
}

export function sendError(
  response: ServerResponse,
  status: number,
  detail?: Readonly<Record<string, string>>,
): void {
  const known = detail?.['tag'] === undefined ? errorBody(status) : manifestUnknown;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(detail ? known.replace('}]}', `,"detail":${JSON.stringify(detail)}}]}`) : known);
}

const manifestUnknown = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}';
