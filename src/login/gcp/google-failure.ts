import { z } from 'zod';
import { clockSentence } from '../clock-sentence.ts';

const oauthSchema = z.object({ error: z.string(), error_subtype: z.string().optional() });
const apiSchema = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z.array(z.object({ reason: z.string().optional() })).optional(),
  }),
});

/** A refusal of one of Google's token services. */
export interface GoogleRefusal {
  /** Who refused, for the message. */
  readonly from: string;
  readonly status: number;
  readonly body: unknown;
  readonly clockAheadMs: number;
  /** What to do, by the word of the refusal (`invalid_grant`, `PERMISSION_DENIED`, a reason in its details). */
  readonly advice: Readonly<Record<string, string>>;
}

/** Says to a person what was refused and what to do: none of the server's own words but those that stand for something. */
export function googleFailure({ from, status, body, clockAheadMs, advice }: GoogleRefusal): string {
  const words = wordsOf(body);
  const known = words.find((word) => advice[word] !== undefined);
  const what = known === undefined ? advice['other'] : advice[known];
  const detail = [...words, String(status)].join(', ');
  const parts = [what, clockSentence(clockAheadMs)].filter((part) => part !== undefined);
  return `${from} refused (${detail})${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`;
}

/** From the most particular to the least. Only what is a word of the interface: anything else may repeat what was sent. */
function wordsOf(body: unknown): readonly string[] {
  const oauth = oauthSchema.safeParse(body);
  const api = apiSchema.safeParse(body);
  const words = oauth.success
    ? [oauth.data.error_subtype, oauth.data.error]
    : [...(api.data?.error.details ?? []).map(({ reason }) => reason), api.data?.error.status];
  return words.filter((word) => word !== undefined).filter((word) => /^[A-Za-z_]{1,40}$/.test(word));
}
