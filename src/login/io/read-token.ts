import { z } from 'zod';
import { TidemarkError } from '../../model/errors.ts';

/** A token for the clouds' own services. */
export interface AccessToken {
  readonly value: string;
  readonly lifetimeMs: number;
}

/** Seconds stand there as a number, or, at Azure's metadata services, as a text. */
const seconds = z.union([z.number(), z.string().regex(/^\d+(?:\.\d+)?$/)]).transform(Number);
const schema = z.object({ access_token: z.string(), expires_in: seconds.optional() });

/** What an answer without an end is believed to be good for. */
const shortLifeSeconds = 300;

/** The token in an OAuth answer. Nothing of an answer that cannot be used is shown. Throws `LoginFailed`. */
export function readToken(from: string, body: unknown): AccessToken {
  const parsed = schema.safeParse(body);
  if (!parsed.success || !isHeaderText(parsed.data.access_token))
    throw new TidemarkError('LoginFailed', `${from}: the answer holds no token`);
  const { access_token: value, expires_in: life = shortLifeSeconds } = parsed.data;
  return { value, lifetimeMs: life * 1000 };
}

/** It becomes part of a header: only what can stand in one. */
export function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
