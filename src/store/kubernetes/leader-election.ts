import type { Clock } from '../../model/clock.ts';
import { isTidemarkError, messageOf, TidemarkError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { KubeClient } from './kube-client.ts';
import { leaseResource, readLease, writeLease } from './lease-record.ts';
import type { LeaseRecord } from './lease-record.ts';

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly lease: ObjectKey;
  /** Who we are: different for every process that ever runs. */
  readonly identity: string;
  /** How long a lease holds that is not renewed. Others take it then, and not before. */
  readonly leaseDurationMs?: number;
  /** How long the holder goes on without having renewed it. Shorter, so that it has stopped when others may begin. */
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
  /** False leaves the lease to run out at the end. */
  readonly releases?: boolean;
}

/** What the holder of the lease may rely on. */
export interface Leadership {
  /** Aborted when it ends: a lease that could not be renewed in time, or the end of the process. */
  readonly signal: AbortSignal;
  /**
   * Throws `Aborted` unless the lease is ours now. For the moment before something that cannot be taken back. While the process stops
   * the lease is still ours, so that what has been done can be written down.
   */
  assert(): void;
}

/** How leading came to its end: we were told to stop, or the lease is no longer ours. */
export type ElectionEnd = 'stopped' | 'lost';

interface Term {
  /** When the request of the last renewal was sent: nobody can have seen it earlier. */
  renewedAtMs: number;
  renewedAt: number;
  /** The lease was lost, or is about to be given back. */
  isOver: boolean;
}

/**
 * Elects one leader among processes by a Lease.
 *
 * The holder counts its time from before it asked for a renewal, and by whichever of its two clocks has moved further; others count from
 * when they saw the lease change, by the clock that never jumps. So the holder has stopped before another one can begin,
 * however long the answers take and whatever happens to the time of day.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  #seen: { readonly record: LeaseRecord; readonly atMs: number } | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#leaseDurationMs = options.leaseDurationMs ?? 35_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 30_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 5000;
    if (this.#leaseDurationMs <= this.#renewDeadlineMs || this.#renewDeadlineMs <= this.#retryPeriodMs)
      throw new TidemarkError(
        'UsageError',
        'a lease must last longer than its renewal deadline, and that longer than the retry period',
      );
  }

  /**
   * Waits until the lease is ours, then runs `lead`, and gives the lease back once that has come to its end.
   * `lead` has to stop when its signal is aborted, and quickly; what it throws is thrown on.
   */
  async run(signal: AbortSignal, lead: (leadership: Leadership) => Promise<void>): Promise<ElectionEnd> {
    const term = await this.#acquire(signal);
    if (term === undefined) return 'stopped';
    const { log, lease, identity } = this.#options;
    log.info('became leader', { lease: lease.name, identity });
    const end = new AbortController();
    const leadership = { signal: end.signal, assert: () => this.#assert(term) };
    const work = lead(leadership);
    const isDone = new AbortController();
    const settled = work.then(
      () => isDone.abort(),
      () => isDone.abort(),
    );
    const stop = (): void => end.abort(new TidemarkError('Aborted', 'stopping'));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const isOurs = await this.#keep(term, isDone.signal, end);
    signal.removeEventListener('abort', stop);
    await settled;
    term.isOver = true;
    if (isOurs) await this.#release();
    try {
      await work;
    } catch (error) {
      // Work that was held back because the lease was gone has come to the end that was meant.
      if (isOurs || !isTidemarkError(error, 'Aborted')) throw error;
    }
    return isOurs ? 'stopped' : 'lost';
  }

  async #acquire(signal: AbortSignal): Promise<Term | undefined> {
    while (!signal.aborted) {
      const term = await this.#try(signal, 10_000);
      // An answer that took too long is no ground to stand on: the lease may run out in the next moment.
      if (typeof term === 'object' && this.#leftMs(term) > this.#renewDeadlineMs / 2) return term;
      if (typeof term === 'object') continue;
      await this.#options.clock.sleep(this.#untilNextTryMs(), signal).catch(() => undefined);
    }
    return undefined;
  }

  /** Renews until `isDone`; true when the lease was ours to the end. */
  async #keep(term: Term, isDone: AbortSignal, end: AbortController): Promise<boolean> {
    const { clock, log } = this.#options;
    for (;;) {
      await clock.sleep(Math.min(this.#retryPeriodMs, this.#leftMs(term)), isDone).catch(() => undefined);
      if (isDone.aborted) return this.#leftMs(term) > 0;
      const leftMs = this.#leftMs(term);
      const renewed = leftMs > 0 ? await this.#try(isDone, Math.min(10_000, leftMs)) : 'late';
      // An answer that came too late is no renewal: we may have stopped believing in it a moment ago.
      if (typeof renewed === 'object' && this.#leftMs(term) > 0) Object.assign(term, renewed);
      else if (renewed === 'taken' || this.#leftMs(term) <= 0) {
        log.error('lost the lease', { lease: this.#options.lease.name, reason: renewed ?? 'late' });
        term.isOver = true;
        end.abort(new TidemarkError('Aborted', 'no longer the leader'));
        return false;
      }
    }
  }

  /** Takes or renews the lease. `taken`: somebody else has it. Undefined: could not be done. */
  async #try(signal: AbortSignal, timeoutMs: number): Promise<Term | 'taken' | undefined> {
    const { clock, log, identity } = this.#options;
    const term = { renewedAtMs: clock.monotonicMs(), renewedAt: clock.now().getTime(), isOver: false };
    try {
      const known = this.#seen?.record;
      if (known?.holder !== identity) await this.#look(signal, timeoutMs);
      if (this.#isHeldByAnother()) return 'taken';
      await this.#write(identity, { signal, timeoutMs });
      return term;
    } catch (error) {
      if (signal.aborted) return undefined;
      // What we knew of it is wrong: look at it again next time.
      if (isTidemarkError(error, 'Conflict', 'AlreadyExists', 'NotFound'))
        return this.#lookAgain(signal, timeoutMs);
      log.error('cannot take or renew the lease', { error: messageOf(error) });
      return undefined;
    }
  }

  async #lookAgain(signal: AbortSignal, timeoutMs: number): Promise<'taken' | undefined> {
    try {
      await this.#look(signal, timeoutMs);
      return this.#isHeldByAnother() ? 'taken' : undefined;
    } catch {
      return undefined;
    }
  }

  async #look(signal: AbortSignal, timeoutMs: number): Promise<void> {
    const { client, clock, lease: key } = this.#options;
    try {
      const request = { verb: 'get', resource: leaseResource, key, signal, timeoutMs, urgent: true } as const;
      const record = readLease(await client.request(request));
      if (record.resourceVersion !== this.#seen?.record.resourceVersion)
        this.#seen = { record, atMs: clock.monotonicMs() };
    } catch (error) {
      if (!isTidemarkError(error, 'NotFound')) throw error;
      this.#seen = undefined;
    }
  }

  async #write(
    holder: string,
    { signal, timeoutMs }: { readonly signal?: AbortSignal; readonly timeoutMs: number },
  ): Promise<void> {
    const { client, clock, lease: key } = this.#options;
    const before = this.#seen?.record;
    const now = { holder, durationMs: this.#leaseDurationMs, time: clock.now() };
    const record = readLease(
      await client.request({
        verb: before === undefined ? 'create' : 'update',
        resource: leaseResource,
        key,
        body: writeLease(key, before, now),
        timeoutMs,
        signal,
        urgent: true,
      }),
    );
    this.#seen = { record, atMs: clock.monotonicMs() };
  }

  async #release(): Promise<void> {
    if (this.#options.releases === false) return;
    try {
      await this.#write('', { timeoutMs: 3000 });
    } catch (error) {
      this.#options.log.error('cannot give the lease back: others wait until it has run out', {
        error: messageOf(error),
      });
    }
  }

  #isHeldByAnother(): boolean {
    if (this.#seen === undefined) return false;
    const { record, atMs } = this.#seen;
    if (record.holder === '' || record.holder === this.#options.identity) return false;
    return this.#options.clock.monotonicMs() - atMs < record.durationMs;
  }

  /** Not long after the lease may run out, and now and then before: it may be given back. */
  #untilNextTryMs(): number {
    const patienceMs = this.#retryPeriodMs * (1 + Math.random() / 5);
    if (this.#seen === undefined || this.#seen.record.holder === '') return patienceMs;
    const { record, atMs } = this.#seen;
    const leftMs = atMs + record.durationMs - this.#options.clock.monotonicMs();
    return leftMs > 0 ? Math.min(patienceMs, leftMs + Math.random() * 200) : patienceMs;
  }

  #leftMs({ renewedAtMs, renewedAt }: Term): number {
    const { clock } = this.#options;
    const passed = Math.max(clock.monotonicMs() - renewedAtMs, clock.now().getTime() - renewedAt);
    return this.#renewDeadlineMs - passed;
  }

  #assert(term: Term): void {
    if (term.isOver || this.#leftMs(term) <= 0)
      throw new TidemarkError('Aborted', 'no longer the leader: another process may be at work');
  }
}
