import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

import type { Credential } from '../docker-config.ts';

/** What a helper says: a credential, that it has none, or why it could not be asked. */
export type HelperAnswer =
  | { readonly kind: 'found'; readonly credential: Credential }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly problem: string };

export interface HelperQuestion {
  readonly helper: string;
  /** The host, or for Docker Hub its old URL. */
  readonly server: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

/** The protocol has no code for it, only this sentence. */
const notFound = 'credentials not found in native keychain';
/** A helper that has an identity token instead of a password says so in place of the user name. */
const tokenUser = '<token>';
const maxAnswer = 256 * 1024;

/** What programs need to find their keys: home, desktop session, cloud profile, proxies, authorities. Nothing else is handed on. */
const passedOn =
  /^(?:HOME|PATH|USER|LOGNAME|LANG|LC_\w+|TMPDIR|TZ|SHELL|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|GNUPGHOME|GPG_TTY|PASSWORD_STORE_\w+|DOCKER_CONFIG|AWS_\w+|AZURE_\w+|GOOGLE_\w+|CLOUDSDK_\w+|SSL_CERT_(?:FILE|DIR)|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY)$/;

/** Asks `docker-credential-<helper> get` about a server: never through a shell, the server on standard input, the answer never shown. */
export async function askHelper(question: HelperQuestion, signal: AbortSignal): Promise<HelperAnswer> {
  const { helper, server, environment, timeoutMs } = question;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(helper)) {
    return { kind: 'failed', problem: 'the name of the credential helper is not a name' };
  }
  const program = `docker-credential-${helper}`;
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => passedOn.test(name)));
  const child = spawn(program, ['get'], { env, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  // A helper that does not read ends its input: what counts is what it answers.
  child.stdin.on('error', () => undefined).end(server);
  const outcome = await answerOf(child, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
  signal.throwIfAborted();
  if (outcome === 'missing') return { kind: 'failed', problem: `${program} is not in PATH` };
  if (outcome === 'stopped') {
    return { kind: 'failed', problem: `${program} did not answer within ${timeoutMs / 1000} s` };
  }
  const { code, text } = outcome;
  if (text.trim() === notFound) return { kind: 'none' };
  if (code !== 0) return { kind: 'failed', problem: `${program} failed for ${server} (exit code ${code})` };
  const credential = parseAnswer(text);
  return credential
    ? { kind: 'found', credential }
    : { kind: 'failed', problem: `${program} gave an answer for ${server} that cannot be read` };
}

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

function answerOf(child: ChildProcess, signal: AbortSignal): Promise<Ended | 'missing' | 'stopped'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      killGroup(child);
      child.stdout?.destroy();
      resolve('stopped');
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxAnswer) killGroup(child);
      else chunks.push(chunk);
    });
    child.once('error', () => resolve('missing'));
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ code, text: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

/** The helper and its children: it leads a process group of its own. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function parseAnswer(text: string): Credential | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // What the parser says quotes the answer, which is a secret.
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const [username, secret] = ['Username', 'Secret'].map((name): unknown => Reflect.get(answer, name));
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
  if (username === tokenUser) return { identityToken: secret };
  return { basic: Buffer.from(`${username}:${secret}`, 'utf8').toString('base64') };
}
