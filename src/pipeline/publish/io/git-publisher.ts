import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Refusal } from '../../../http/guarded-lookup.ts';
import { Trust } from '../../../http/trust.ts';
import { proxyFromEnvironment, type ProxyChoice } from '../../../http/proxy-environment.ts';
import type { Clock } from '../../../model/clock.ts';
import { messageOf, TidemarkError } from '../../../model/errors.ts';
import type { Log } from '../../../model/log.ts';
import { gitEnvironment } from '../git-config.ts';
import { checkGitVersion } from '../git-version.ts';
import type { SshAlgorithms } from '../ssh-config.ts';
import type {
  GitRemote,
  Publisher,
  PublishRequest,
  PublishResult,
  RemoteListing,
  RemoteProber,
} from '../ports.ts';
import { remoteAccess, type RemoteAccess } from '../remote-access.ts';
import { BlobCache } from './blob-cache.ts';
import { BranchLane, type Passenger } from './branch-lane.ts';
import { namedDiskError } from './disk-error.ts';
import { GitProgram } from './git-program.ts';
import { layDownTrust } from './git-trust.ts';
import { Job } from './job.ts';
import { maintainMirror } from './maintain-mirror.ts';
import { sweepMirrors } from './mirror-folder.ts';
import { Mirror } from './mirror.ts';
import { publishBatch } from './publish-batch.ts';
import { checkHost } from './check-host.ts';
import { listRemote, type ProbeParts, rehearsePush } from './probe-remote.ts';
import { Remote } from './remote.ts';
import type { GitTrust } from './remote-call.ts';

export interface GitPublisherOptions {
  /** The folder that the mirrors lie in: ours alone, made when it is missing. */
  readonly mirrors: string;
  /** Ours; only the way to programs and to the system's certificates is passed on to git. Its proxies serve remotes that name none. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly clock: Clock;
  /** The git to run, if it is not the one in PATH. */
  readonly git?: string;
  /** How many bytes of files to keep in memory, over all mirrors. */
  readonly cacheBytes?: number;
  /** How often to try when others keep pushing to the branch, 25 if not given. */
  readonly mostTries?: number;
  /** Hosts and addresses that are not connected to. */
  readonly refuse?: Refusal;
  /** What ssh may agree on with a server. */
  readonly ssh?: SshAlgorithms | undefined;
  /** Whom TLS trusts; without it the authorities of Node and the machine alone. */
  readonly trust?: Trust;
}

/** One remote as one user reaches it. */
interface Place {
  readonly mirror: Mirror;
  readonly remote: Remote;
  readonly access: RemoteAccess;
}

const IDLE_MS = 30_000;
const CACHE_BYTES = 16 * 1024 * 1024;
const MOST_TRIES = 25;

/** Publishes with the machine's git over a mirror for each remote. */
export class GitPublisher implements Publisher, RemoteProber {
  readonly #options: GitPublisherOptions;
  readonly #git: GitProgram;
  readonly #home: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #blobs: BlobCache;
  readonly #proxyFor: ProxyChoice;
  readonly #places = new Map<string, Place>();
  readonly #lanes = new Map<string, BranchLane>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #ready: Promise<void> | undefined;
  #trust: GitTrust = { authorities: () => [], config: [] };
  #restTimer: NodeJS.Timeout | undefined;

  constructor(options: GitPublisherOptions) {
    this.#options = options;
    this.#git = new GitProgram(options.git);
    this.#home = join(options.mirrors, 'home');
    this.#environment = gitEnvironment(options.environment, { home: this.#home, ceiling: options.mirrors });
    this.#proxyFor = proxyFromEnvironment(options.environment);
    this.#blobs = new BlobCache(options.cacheBytes ?? CACHE_BYTES);
  }

  async publish(request: PublishRequest, signal: AbortSignal): Promise<PublishResult> {
    const access = remoteAccess(this.#throughProxy(request.remote));
    if (this.#options.refuse !== undefined) await checkHost(access, this.#options.refuse);
    await this.#getReady();
    const job = new Job(request, AbortSignal.any([signal, this.#stop.signal]));
    this.#follow(this.#laneOf(request, access).add({ job, access, group: groupOf(request, access) }));
    return job.result;
  }

  async listRemote(remote: GitRemote, signal: AbortSignal): Promise<RemoteListing> {
    return this.#probe(remote, (parts) => listRemote(parts, AbortSignal.any([signal, this.#stop.signal])));
  }

  async rehearsePush(remote: GitRemote, signal: AbortSignal): Promise<void> {
    return this.#probe(remote, (parts) => rehearsePush(parts, AbortSignal.any([signal, this.#stop.signal])));
  }

  async #probe<T>(given: GitRemote, work: (parts: ProbeParts) => Promise<T>): Promise<T> {
    const access = remoteAccess(this.#throughProxy(given));
    if (this.#options.refuse !== undefined) await checkHost(access, this.#options.refuse);
    await this.#getReady();
    const { remote } = this.#placeOf(access);
    const { timeoutMs } = given;
    const parts = { git: this.#git, environment: this.#environment, home: this.#home, timeoutMs };
    return work({ ...parts, remote, url: access.url.url });
  }

  async close(): Promise<void> {
    this.#stop.abort(new TidemarkError('Aborted', 'the publisher is closed'));
    clearTimeout(this.#restTimer);
    await Promise.allSettled(this.#underWay);
    for (const { mirror, remote } of this.#places.values()) {
      remote.close();
      mirror.rest();
    }
  }

  /** The proxy that the remote names, or else the one of the environment. */
  #throughProxy(remote: GitRemote): GitRemote {
    const url = remote.proxy === undefined ? URL.parse(remote.url) : null;
    const proxy = url !== null && /^https?:$/.test(url.protocol) ? this.#proxyFor(url) : undefined;
    return proxy === undefined ? remote : { ...remote, proxy };
  }

  async #getReady(): Promise<void> {
    this.#ready ??= this.#prepare();
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw namedDiskError(error);
    }
  }

  async #prepare(): Promise<void> {
    const { mirrors, clock } = this.#options;
    await mkdir(mirrors, { recursive: true, mode: 0o700 });
    await sweepMirrors(mirrors, clock.now());
    await mkdir(this.#home, { recursive: true, mode: 0o700 });
    this.#trust = await layDownTrust(this.#options.trust ?? new Trust({}), this.#home);
    const call = { args: ['version'], environment: this.#environment, directory: this.#home };
    const { stdout } = await this.#git.run(call, this.#stop.signal);
    checkGitVersion(stdout);
  }

  #laneOf({ push }: PublishRequest, { mirrorKey }: RemoteAccess): BranchLane {
    const key = `${mirrorKey} ${push.branch}`;
    const lane = this.#lanes.get(key) ?? new BranchLane(async (passengers) => this.#carry(passengers));
    this.#lanes.set(key, lane);
    return lane;
  }

  async #carry([first, ...others]: readonly Passenger[]): Promise<void> {
    if (first === undefined) return;
    const { mirror, remote } = this.#placeOf(first.access);
    const {
      push,
      remote: { timeoutMs },
    } = first.job.request;
    const { log, clock, mostTries = MOST_TRIES } = this.#options;
    const url = first.access.url.url;
    const jobs = [first, ...others].map(({ job }) => job);
    await publishBatch({ mirror, remote, url, log, clock, timeoutMs, mostTries }, { jobs, push });
    await maintainMirror(
      mirror,
      { git: this.#git, environment: this.#environment, log },
      this.#stop.signal,
    ).catch((error: unknown) =>
      log.error('the Git mirror could not be looked after', { reason: messageOf(error) }),
    );
    this.#restLater();
  }

  /** The mirror outlives a change of credentials; the processes that carry them do not. */
  #placeOf(access: RemoteAccess): Place {
    const known = this.#places.get(access.mirrorKey);
    if (known?.access.accessKey === access.accessKey) return known;
    known?.remote.retire();
    const { mirrors, log, clock, ssh } = this.#options;
    const parts = { git: this.#git, environment: this.#environment, log };
    const directory = join(mirrors, access.mirrorKey);
    const mirror =
      known?.mirror ?? new Mirror({ ...parts, directory, clock, url: access.url.url, blobs: this.#blobs });
    const way = { home: this.#home, trust: this.#trust, ssh };
    const place = { mirror, access, remote: new Remote(access, { ...parts, ...way }) };
    this.#places.set(access.mirrorKey, place);
    return place;
  }

  #follow(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Nothing of ours runs or fills memory while nobody asks for anything. */
  #restLater(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      for (const { mirror } of this.#places.values()) if (mirror.gate.idle) mirror.rest();
      for (const [key, lane] of this.#lanes) if (lane.idle) this.#lanes.delete(key);
    }, IDLE_MS).unref();
  }
}

/** Only requests that agree in everything that the push itself needs travel together. */
function groupOf({ push, dryRun = false }: PublishRequest, { accessKey }: RemoteAccess): string {
  const options = Object.entries(push.options ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([accessKey, push.switched, push.refspec ?? null, options, dryRun]);
}
