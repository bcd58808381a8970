import { SharedFlights } from '../../http/shared-flights.ts';
import type { Clock } from '../../model/clock.ts';
import type { Login } from '../../model/login.ts';
import type { LoginPurpose, TimedLogin } from '../ports.ts';

export interface LoginCacheOptions {
  readonly clock: Clock;
  /** So many logins are kept; none with 0. */
  readonly maxSize: number;
  /** No login is served for longer, whatever life it has. */
  readonly maxDurationMs: number;
  /** Told of every question: for metrics. */
  readonly observe?: (event: LoginCacheEvent) => void;
}

export interface LoginCacheEvent {
  /** A miss is followed by `exchanged` or `failed`, for the one who asked first. */
  readonly type: 'hit' | 'miss' | 'exchanged' | 'failed' | 'refused' | 'eviction';
  readonly purpose?: LoginPurpose;
  readonly size: number;
}

interface Kept {
  readonly login: Login;
  /** By the clock that never jumps, and by the one that goes on while the machine sleeps: whichever comes first. */
  readonly endsMonotonicMs: number;
  readonly endsWallMs: number;
}

/** A login is served for this part of its life. */
const servedLife = 0.8;

/** Logins by identity, the one not used for longest giving way. Askers that come while an exchange is under way share it. */
export class LoginCache {
  readonly #options: LoginCacheOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #flights = new SharedFlights<Login>();

  constructor(options: LoginCacheOptions) {
    this.#options = options;
  }

  /** The login kept under `key`, or what `exchange` gives. */
  async get(
    key: string,
    { purpose, signal }: { readonly purpose: LoginPurpose; readonly signal: AbortSignal },
    exchange: (signal: AbortSignal) => Promise<TimedLogin>,
  ): Promise<Login> {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept !== undefined && this.#isAlive(kept)) {
      this.#kept.set(key, kept);
      this.#tell('hit', purpose);
      return kept.login;
    }
    this.#tell('miss', purpose);
    return this.#flights.join(key, signal, (shared) => this.#exchange(key, () => exchange(shared)));
  }

  /** Drops what is kept under `key`, if it is this login. */
  refuse(key: string, login: Login): void {
    const kept = this.#kept.get(key);
    if (kept === undefined || !isSame(kept.login, login)) return;
    this.#kept.delete(key);
    this.#tell('refused');
  }

  async #exchange(key: string, exchange: () => Promise<TimedLogin>): Promise<Login> {
    try {
      const login = this.#keep(key, await exchange());
      this.#tell('exchanged');
      return login;
    } catch (error) {
      this.#tell('failed');
      throw error;
    }
  }

  #keep(key: string, { login, lifetimeMs }: TimedLogin): Login {
    const { clock, maxSize, maxDurationMs } = this.#options;
    const life = Math.min(lifetimeMs * servedLife, maxDurationMs);
    if (maxSize === 0 || life <= 0) return login;
    const [endsMonotonicMs, endsWallMs] = [clock.monotonicMs() + life, clock.now().getTime() + life];
    this.#kept.set(key, { login, endsMonotonicMs, endsWallMs });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > maxSize && oldest !== undefined) {
      this.#kept.delete(oldest);
      this.#tell('eviction');
    }
    return login;
  }

  #isAlive({ endsMonotonicMs, endsWallMs }: Kept): boolean {
    const { clock } = this.#options;
    return clock.monotonicMs() < endsMonotonicMs && clock.now().getTime() < endsWallMs;
  }

  #tell(type: LoginCacheEvent['type'], purpose?: LoginPurpose): void {
    this.#options.observe?.({ type, size: this.#kept.size, ...(purpose && { purpose }) });
  }
}

function isSame(a: Login, b: Login): boolean {
  if (a.type === 'bearer') return b.type === 'bearer' && a.token === b.token;
  return b.type === 'basic' && a.username === b.username && a.password === b.password;
}
