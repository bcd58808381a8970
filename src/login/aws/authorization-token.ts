import * as z from 'zod';
import { TidemarkError } from '../../model/errors.ts';
import type { Login } from '../../model/login.ts';

/** Seconds since 1970, with a fraction: how AWS writes a time in JSON. */
const one = z.looseObject({ authorizationToken: z.string(), expiresAt: z.number() });
const answer = z.looseObject({ authorizationData: z.union([z.array(one).min(1), one]) });

export interface RegistryToken {
  readonly login: Login;
  readonly expiresAt: Date;
}

/** The answer to GetAuthorizationToken, of ECR (a list) and of ECR Public (one). Throws `LoginFailed`; the message shows nothing of it. */
export function readAuthorizationToken(body: string): RegistryToken {
  const parsed = answer.safeParse(parseJson(body));
  if (!parsed.success) throw new TidemarkError('LoginFailed', 'ECR gave no authorization token');
  const { authorizationData: data } = parsed.data;
  const first = Array.isArray(data) ? data[0] : data;
  const [username, password, ...rest] = decode(first?.authorizationToken ?? '').split(':');
  if (first === undefined || username === undefined || password === undefined || rest.length > 0)
    throw new TidemarkError('LoginFailed', 'invalid authorization token format');
  return {
    login: { type: 'basic', username, password },
    expiresAt: new Date(first.expiresAt * 1000),
  };
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
