import { spawn } from 'node:child_process';
import { z } from 'zod';
import { TidemarkError } from '../../../model/errors.ts';
import { isHeaderText, type AccessToken } from '../read-token.ts';
import type { NoAnswer } from '../token-client.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const schema = z.object({
  accessToken: z.string(),
  expires_on: z.number().optional(),
  tenant: z.string().optional(),
});

/** What `az` needs to find its login and the way out; nothing else of this process is handed on. */
const handedOn = `PATH HOME AZURE_CONFIG_DIR LANG TMPDIR REQUESTS_CA_BUNDLE SSL_CERT_FILE
  HTTPS_PROXY HTTP_PROXY NO_PROXY https_proxy http_proxy no_proxy`.split(/\s+/);
const timeoutMs = 10_000;
const shortLifeMs = 300_000;
const mostBytes = 2 ** 20;

export interface AzRequest {
  readonly scope: string;
  readonly now: Date;
  readonly environment: Environment;
  /** How long az may take. */
  readonly timeoutMs?: number;
}

/** A token of whoever is logged in with Azure's command line; or why there is none. Throws `LoginFailed`. */
export async function azToken(
  { scope, now, environment, timeoutMs: limitMs = timeoutMs }: AzRequest,
  signal: AbortSignal,
): Promise<(AccessToken & { readonly tenantId?: string }) | NoAnswer> {
  const limit = AbortSignal.timeout(limitMs);
  const resource = scope.replace(/\/\.default$/, '');
  const args = ['account', 'get-access-token', '--output', 'json', '--resource', resource];
  const said = await run(args, environmentFrom(environment), AbortSignal.any([signal, limit]));
  if (signal.aborted) throw new TidemarkError('Aborted', 'az: aborted', { cause: signal.reason });
  if (limit.aborted)
    throw new TidemarkError(
      'LoginFailed',
      `az account get-access-token did not end within ${limitMs / 1000} s`,
    );
  if (typeof said !== 'string') return said;
  const parsed = schema.safeParse(parseJson(said));
  if (!parsed.success || !isHeaderText(parsed.data.accessToken))
    throw new TidemarkError('LoginFailed', 'az account get-access-token printed no token');
  const { accessToken: value, expires_on: end, tenant } = parsed.data;
  const lifetimeMs = end === undefined ? shortLifeMs : end * 1000 - now.getTime();
  return { value, lifetimeMs, ...(tenant === undefined ? {} : { tenantId: tenant }) };
}

function environmentFrom(environment: Environment): Readonly<Record<string, string>> {
  const values = handedOn.map((name) => [name, environment[name]] as const);
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Standard output. What az says on standard error is not shown: it is long, and nobody promises what is in it. */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | NoAnswer> {
  const child = spawn('az', args, { env, cwd: '/', stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  // az is a script around Python: its whole group is ended.
  const end = (): void => endGroup(child.pid);
  signal.addEventListener('abort', end, { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostBytes) return end();
    chunks.push(chunk);
  });
  try {
    const code = await new Promise<number | string | null>((resolve) => {
      child.once('error', (error) => resolve(String(Reflect.get(error, 'code'))));
      child.once('close', resolve);
    });
    if (code === 0) return Buffer.concat(chunks).toString('utf8');
    if (code === 'ENOENT') return { reason: 'az is not installed' };
    return { reason: `az has no login (it ended with ${String(code)}): run az login` };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended.
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
