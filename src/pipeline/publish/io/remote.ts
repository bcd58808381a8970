import { explainFailure } from '../explain-failure.ts';
import type { GitFailure } from '../git-failure.ts';
import { parsePushReport, remoteWords, type PushedRef } from '../push-report.ts';
import { redirectedAccess, type ConfigEntry, type RemoteAccess } from '../remote-access.ts';
import { formatOfRefs, lsRemoteFlags, parseRefLines } from '../remote-refs.ts';
import { followRedirect } from '../remote-url.ts';
import type { GitExit } from './git-program.ts';
import { gitCallFor, type RemoteCall, type RemoteParts } from './remote-call.ts';
import { RemoteHelper, RemoteHelperEnded, type Listing } from './remote-helper.ts';
import { SshLink, type RemoteExit } from './ssh-link.ts';
import { needsTlsFiles, withTlsFiles } from './tls-files.ts';

/** A git command against the remote failed; nothing in it is secret. */
export class RemoteFailure extends Error {
  readonly failure: GitFailure;

  constructor(failure: GitFailure) {
    super(failure.reason);
    this.name = 'RemoteFailure';
    this.failure = failure;
  }
}

export interface Push {
  readonly mirror: string;
  readonly specs: readonly string[];
  /** Ref and the commit that it must still be at; empty for a ref that must not exist yet. */
  readonly lease?: { readonly ref: string; readonly expected: string };
  readonly options: Readonly<Record<string, string>>;
  /** Everything up to the push, and not the push. */
  readonly rehearsal?: boolean;
}

export type PushOutcome =
  | { readonly kind: 'pushed' | 'up-to-date' }
  | { readonly kind: 'refused'; readonly refs: readonly PushedRef[]; readonly words: string }
  | { readonly kind: 'failed'; readonly failure: GitFailure };

const HELPER_IDLE_MS = 15_000;

/** One remote, reached as one user: lists, fetches and pushes. */
export class Remote {
  readonly #parts: RemoteParts;
  /** As it was given; `#access` is where that redirects to. */
  readonly #given: RemoteAccess;
  readonly #ssh: SshLink | undefined;
  #access: RemoteAccess;
  #helper: RemoteHelper | undefined;
  #helperTimer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #takesPushOptions = true;

  constructor(access: RemoteAccess, parts: RemoteParts) {
    this.#given = access;
    this.#access = access;
    this.#parts = parts;
    const { environment, ssh: algorithms = {} } = parts;
    this.#ssh =
      access.ssh === undefined ? undefined : new SshLink(access, access.ssh, { environment, algorithms });
  }

  /** The refs that begin with one of `prefixes` (the answer may hold more). Throws `RemoteFailure`. */
  async list(prefixes: readonly string[], signal: AbortSignal): Promise<Listing> {
    const turn = this.#turn.then(async () => this.#listInTurn(prefixes, signal));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Fetches into the mirror. Throws `RemoteFailure`. */
  async fetch(
    {
      mirror,
      refspecs,
      depth,
    }: { readonly mirror: string; readonly refspecs: readonly string[]; readonly depth?: number },
    signal: AbortSignal,
  ): Promise<void> {
    const flags = [
      '--quiet',
      '--force',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--update-shallow',
    ];
    const args = ['fetch', ...flags, ...(depth === undefined ? [] : [`--depth=${depth}`])];
    const exit = await this.#run(
      { args: [...args, '--', this.#access.url.url, ...refspecs], mirror },
      signal,
    );
    if (exit.code !== 0) throw this.#failureOf(exit);
  }

  /** Pushes from the mirror, with the server's answer for each ref. */
  async push(push: Push, signal: AbortSignal): Promise<PushOutcome> {
    const { mirror, specs, lease, options } = push;
    const { url } = this.#access.url;
    const args = ['push', '--porcelain', '--no-verify'];
    if (push.rehearsal === true) args.push('--dry-run');
    if (lease !== undefined) args.push(`--force-with-lease=${lease.ref}:${lease.expected}`);
    const sent = this.#takesPushOptions ? Object.entries(options) : [];
    const config = sent.map(([key, value]): ConfigEntry => ['push.pushOption', `${key}=${value}`]);
    const exit = await this.#run({ args: [...args, '--', url, ...specs], mirror, config }, signal);
    const outcome = this.#outcomeOf(exit);
    if (outcome.kind !== 'failed' || outcome.failure.kind !== 'options-refused') return outcome;
    this.#takesPushOptions = false;
    this.#parts.log.info('the server takes no push options: they are left out', { url });
    return this.push(push, signal);
  }

  close(): void {
    clearTimeout(this.#helperTimer);
    this.#helper?.close();
    this.#helper = undefined;
  }

  /** Closes once nobody is listing any more. */
  retire(): void {
    void this.#turn.finally(() => this.close());
  }

  async #listInTurn(prefixes: readonly string[], signal: AbortSignal): Promise<Listing> {
    try {
      return await this.#listOnce(prefixes, signal);
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      if (this.#access !== this.#given) {
        this.#access = this.#given;
        return this.#listInTurn(prefixes, signal);
      }
      if (error.failure.kind !== 'redirected') throw error;
      await this.#followRedirect(error, signal);
      return this.#listOnce(prefixes, signal);
    }
  }

  async #listOnce(prefixes: readonly string[], signal: AbortSignal): Promise<Listing> {
    if (this.#ssh !== undefined || this.#access.url.scheme === 'file')
      return this.#listByGit(prefixes, signal);
    const { tls } = this.#access;
    if (!needsTlsFiles(tls)) return this.#listByHelper({ prefixes, config: [] }, signal);
    return withTlsFiles(tls, this.#parts, async (config) => {
      try {
        return await this.#listByHelper({ prefixes, config }, signal);
      } finally {
        this.close(); // It could not connect again without the files.
      }
    });
  }

  async #listByHelper(
    { prefixes, config }: { readonly prefixes: readonly string[]; readonly config: readonly ConfigEntry[] },
    signal: AbortSignal,
  ): Promise<Listing> {
    clearTimeout(this.#helperTimer);
    const reused = this.#helper?.reusable === true ? this.#helper : undefined;
    const helper = reused ?? this.#startHelper(config);
    this.#helper = helper;
    try {
      const listing = await helper.list(prefixes, signal);
      if (listing.refs.size > 0 || reused === undefined) return listing;
    } catch (error) {
      this.close();
      if (!(error instanceof RemoteHelperEnded)) throw error;
      if (reused === undefined) throw this.#failureOf(error);
    } finally {
      clearTimeout(this.#helperTimer);
      this.#helperTimer = setTimeout(() => this.close(), HELPER_IDLE_MS).unref();
    }
    // A connection that stood idle may be closed by now, and the repository behind it another one.
    this.close();
    return this.#listByHelper({ prefixes, config }, signal);
  }

  #startHelper(config: readonly ConfigEntry[]): RemoteHelper {
    const { url, scheme } = this.#access.url;
    return new RemoteHelper(
      this.#parts.git.start(
        gitCallFor(this.#access, this.#parts, { args: [`remote-${scheme}`, url, url], config }),
      ),
    );
  }

  async #listByGit(prefixes: readonly string[], signal: AbortSignal): Promise<Listing> {
    const args = ['ls-remote', ...lsRemoteFlags(prefixes), '--', this.#access.url.url];
    const exit = await this.#run({ args }, signal);
    if (exit.code !== 0) throw this.#failureOf(exit);
    const refs = parseRefLines(exit.stdout);
    return { refs, format: formatOfRefs(refs), certain: true };
  }

  /** Asks again with a trace of the headers, which is the one way to learn from git where a redirect leads. */
  async #followRedirect(refusal: RemoteFailure, signal: AbortSignal): Promise<void> {
    const { url } = this.#access;
    const traced = { GIT_TRACE_CURL: '1', GIT_TRACE_CURL_NO_DATA: '1' };
    const { stderr } = await this.#run({ args: ['ls-remote', '--', url.url], environment: traced }, signal);
    const location = [...stderr.matchAll(/<= Recv header: location: *(\S+)/gi)].at(-1)?.[1];
    if (location === undefined) throw refusal;
    const target = followRedirect(url, location);
    if ('refused' in target) {
      const reason = `the server redirects ${target.refused}, and credentials are not carried there: put the address that is meant into the URL`;
      throw new RemoteFailure({ kind: 'redirected', reason: this.#access.redact(reason) });
    }
    this.#parts.log.info('the remote has moved', { url: url.url, to: target.url });
    this.#access = redirectedAccess(this.#access, target);
  }

  #outcomeOf(exit: RemoteExit): PushOutcome {
    const refs = parsePushReport(exit.stdout);
    const refused = refs.filter(({ flag }) => flag === '!');
    if (refused.length > 0)
      return {
        kind: 'refused',
        refs: refused.map((ref) => this.#clean(ref)),
        words: this.#access.redact(remoteWords(exit.stderr)),
      };
    if (exit.code !== 0) return { kind: 'failed', failure: this.#failureOf(exit).failure };
    return { kind: refs.every(({ flag }) => flag === '=') ? 'up-to-date' : 'pushed' };
  }

  #clean(ref: PushedRef): PushedRef {
    return { ...ref, reason: this.#access.redact(ref.reason) };
  }

  #failureOf({ stderr, failure }: Pick<RemoteExit, 'stderr' | 'failure'>): RemoteFailure {
    return new RemoteFailure(failure ?? explainFailure(stderr, this.#access));
  }

  async #run(call: RemoteCall, signal: AbortSignal): Promise<RemoteExit> {
    if (this.#ssh === undefined) return this.#runDirectly(call, signal);
    return this.#ssh.run((environment) =>
      this.#runDirectly({ ...call, environment: { ...call.environment, ...environment } }, signal),
    );
  }

  async #runDirectly(call: RemoteCall, signal: AbortSignal): Promise<GitExit> {
    return withTlsFiles(this.#access.tls, this.#parts, async (tls) =>
      this.#parts.git.run(
        gitCallFor(this.#access, this.#parts, { ...call, config: [...tls, ...(call.config ?? [])] }),
        signal,
      ),
    );
  }
}
