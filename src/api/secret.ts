import * as z from 'zod';

import { defineKind } from './define-kind.ts';
import type { ObjectHead } from './object.ts';

const base64 = z.string().refine((text) => isBase64(text), {
  error: 'must be base64; plain text belongs under stringData',
});

const fields = z
  .strictObject({
    type: z.string().default('Opaque').describe('What the Secret is for.'),
    data: z.record(z.string(), base64).default({}).describe('Values in base64.'),
    stringData: z.record(z.string(), z.string()).optional().describe('Values as text; they win over data.'),
    immutable: z.boolean().optional().describe('True forbids changes.'),
  })
  .transform(({ type, data, stringData }) => ({ type, data: mergeStringData(data, stringData) }));

/** v1 Secret. `data` is base64, as the API has it; `stringData` has been merged into it. Read values with `secretValue`. */
export interface Secret extends ObjectHead {
  apiVersion: 'v1';
  kind: 'Secret';
  type: string;
  data: Record<string, string>;
  spec?: undefined;
  status?: undefined;
}

/** The value of one key, or undefined when the Secret does not have it. */
export function secretValue(secret: Pick<Secret, 'data'>, key: string): Buffer | undefined {
  const encoded = Object.hasOwn(secret.data, key) ? secret.data[key] : undefined;
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

/** `data` with `stringData` merged in, as the API server stores it. */
export function mergeStringData(
  data: Readonly<Record<string, string>>,
  stringData: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const merged: Record<string, string> = { ...data };
  for (const [key, text] of Object.entries(stringData)) {
    merged[key] = Buffer.from(text, 'utf8').toString('base64');
  }
  return merged;
}

export const secretKind = defineKind<'Secret', undefined, undefined>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  description: 'Secret holds credentials.',
  fields,
});

function isBase64(text: string): boolean {
  const compact = text.replaceAll(/[\r\n]/g, '');
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
}
