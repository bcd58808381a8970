type Turn = (release: () => void) => void;

interface Host {
  running: number;
  /** Waiting turns by lane. The order of the lanes is the order in which they are served. */
  readonly lanes: Map<string, Turn[]>;
}

/**
 * Lets so many requests to one host run at a time. The lanes (repositories) that wait take turns, whatever the number
 * of requests in each; hosts do not know of each other, so that a slow one delays nobody but itself.
 */
export class HostLimiter {
  readonly #perHost: number;
  readonly #hosts = new Map<string, Host>();

  constructor(perHost: number) {
    this.#perHost = perHost;
  }

  /** Waits for a turn, runs `work`, and passes the turn on. A signal that is aborted ends the waiting with its reason. */
  async run<T>(
    place: { host: string; lane: string },
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const release = await this.#turn(place, signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  #turn({ host, lane }: { host: string; lane: string }, signal: AbortSignal): Promise<() => void> {
    const state = this.#hosts.get(host) ?? { running: 0, lanes: new Map<string, Turn[]>() };
    this.#hosts.set(host, state);
    return new Promise((resolve, reject) => {
      const turn: Turn = (release) => {
        signal.removeEventListener('abort', leave);
        resolve(release);
      };
      const leave = (): void => {
        removeTurn(state, lane, turn);
        this.#forget(host, state);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's own reason
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      const turns = state.lanes.get(lane) ?? [];
      turns.push(turn);
      state.lanes.set(lane, turns);
      this.#next(host, state);
    });
  }

  #next(host: string, state: Host): void {
    while (state.running < this.#perHost) {
      const turn = takeTurn(state);
      if (!turn) break;
      state.running += 1;
      turn(() => {
        state.running -= 1;
        this.#next(host, state);
      });
    }
    this.#forget(host, state);
  }

  #forget(host: string, state: Host): void {
    if (state.running === 0 && state.lanes.size === 0) this.#hosts.delete(host);
  }
}

/** The first lane gives one turn, and goes to the end of the queue if it has more. */
function takeTurn({ lanes }: Host): Turn | undefined {
  const [first] = lanes;
  if (!first) return undefined;
  const [lane, turns] = first;
  const turn = turns.shift();
  lanes.delete(lane);
  if (turns.length > 0) lanes.set(lane, turns);
  return turn;
}

function removeTurn({ lanes }: Host, lane: string, turn: Turn): void {
  const left = (lanes.get(lane) ?? []).filter((other) => other !== turn);
  if (left.length > 0) lanes.set(lane, left);
  else lanes.delete(lane);
}
