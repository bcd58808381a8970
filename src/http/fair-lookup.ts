import { lookup, Resolver } from 'node:dns';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** Looks up all addresses of a name, as `dns.lookup` does with `all`. */
export type Resolve = (
  name: string,
  options: LookupAllOptions,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

export interface FairLookupOptions {
  /** The system's own way: its configuration, its hosts file, its caches. */
  readonly system?: Resolve;
  /** Asks the name servers themselves; undefined or a rejection when they do not know. */
  readonly direct?: (name: string) => Promise<readonly string[]>;
  readonly hostsFile?: () => string;
  /** How long the system has for an answer before another is looked for. */
  readonly patienceMs?: number;
  readonly nowMs?: () => number;
}

/** The system's lookups block threads of the process; Node lends them two of its four. */
const atOnce = 2;
const freshMs = 30_000;
const staleMs = 3_600_000;
const maxNames = 5000;

/**
 * Looks names up so that dead ones do not stand in the way of others.
 *
 * A lookup of a name whose servers are silent takes a thread for many seconds, and there are two. So a name that was found is remembered,
 * names that failed last wait until the others have been served, and who waits too long gets what was known before, or what the
 * hosts file or the name servers say without a thread.
 */
export class FairLookup {
  readonly #options: Required<FairLookupOptions>;
  readonly #known = new Map<string, { readonly addresses: LookupAddress[]; readonly sinceMs: number }>();
  readonly #suspects = new Set<string>();
  readonly #waiting: { readonly key: string; readonly name: string; readonly options: LookupAllOptions }[] =
    [];
  readonly #asking = new Map<string, ((error: Error | null, addresses: LookupAddress[]) => void)[]>();
  #running = 0;

  constructor(options: FairLookupOptions = {}) {
    this.#options = {
      system: options.system ?? ((name, how, callback) => lookup(name, how, callback)),
      direct: options.direct ?? askServers,
      hostsFile: options.hostsFile ?? (() => readFileSync('/etc/hosts', 'utf8')),
      patienceMs: options.patienceMs ?? 500,
      nowMs: options.nowMs ?? (() => performance.now()),
    };
  }

  readonly resolve: Resolve = (name, options, callback) => {
    if (isIP(name) !== 0) return this.#options.system(name, options, callback);
    const key = `${name} ${options.family ?? ''} ${options.hints ?? ''}`;
    const known = this.#known.get(key);
    if (known && this.#options.nowMs() - known.sinceMs < freshMs) {
      queueMicrotask(() => callback(null, known.addresses));
      return undefined;
    }
    let answered = false;
    const answer = (error: Error | null, addresses: LookupAddress[]): void => {
      if (answered) return;
      answered = true;
      clearTimeout(timer);
      callback(error, addresses);
    };
    const timer = setTimeout(() => {
      this.#lookElsewhere(key, name).then(
        (addresses) => addresses && answer(null, addresses),
        () => undefined,
      );
    }, this.#options.patienceMs);
    this.#ask({ key, name, options }, answer);
    return undefined;
  };

  /** One lookup for all who ask for the same meanwhile. */
  #ask(
    job: { readonly key: string; readonly name: string; readonly options: LookupAllOptions },
    answer: (error: Error | null, addresses: LookupAddress[]) => void,
  ): void {
    const others = this.#asking.get(job.key);
    if (others) {
      others.push(answer);
      return;
    }
    this.#asking.set(job.key, [answer]);
    this.#waiting.push(job);
    this.#next();
  }

  #next(): void {
    while (this.#running < atOnce && this.#waiting.length > 0) {
      const good = this.#waiting.findIndex(({ key }) => !this.#suspects.has(key));
      // Names that failed last never take the last thread.
      if (good < 0 && this.#running >= atOnce - 1) return;
      const [job] = this.#waiting.splice(Math.max(0, good), 1);
      if (!job) return;
      this.#running += 1;
      this.#options.system(job.name, job.options, (error, addresses) =>
        this.#done(job.key, error, addresses),
      );
    }
  }

  #done(key: string, error: Error | null, addresses: LookupAddress[]): void {
    this.#running -= 1;
    if (error) this.#suspects.add(key);
    else this.#remember(key, addresses);
    if (this.#suspects.size > maxNames) this.#suspects.clear();
    const answers = this.#asking.get(key) ?? [];
    this.#asking.delete(key);
    for (const answer of answers) answer(error, addresses);
    this.#next();
  }

  #remember(key: string, addresses: LookupAddress[]): void {
    this.#suspects.delete(key);
    this.#known.delete(key);
    this.#known.set(key, { addresses, sinceMs: this.#options.nowMs() });
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > maxNames) this.#known.delete(oldest);
  }

  async #lookElsewhere(key: string, name: string): Promise<LookupAddress[] | undefined> {
    const known = this.#known.get(key);
    if (known && this.#options.nowMs() - known.sinceMs < staleMs) return known.addresses;
    const written = inHostsFile(this.#options.hostsFile, name);
    const found = written.length > 0 ? written : await this.#askDirectly(name);
    return found.length === 0 ? undefined : found.map((address) => ({ address, family: isIP(address) }));
  }

  /** A name without a dot is completed by the system's rules alone. */
  async #askDirectly(name: string): Promise<readonly string[]> {
    return name.includes('.') ? this.#options.direct(name) : [];
  }
}

function inHostsFile(read: () => string, name: string): readonly string[] {
  let text: string;
  try {
    text = read();
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((one) => one.toLowerCase() === name.toLowerCase())
      ? [address]
      : [];
  });
}

/** Both families, by sockets and without a thread. */
async function askServers(name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const ask = (method: 'resolve4' | 'resolve6'): Promise<readonly string[]> =>
    new Promise((resolve) => {
      resolver[method](name, (error, addresses) => resolve(error ? [] : addresses));
    });
  return (await Promise.all([ask('resolve4'), ask('resolve6')])).flat();
}
