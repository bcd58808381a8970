interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  passengers: number;
}

/**
 * Runs identical work once for all who ask while it is under way. Each of them may leave by its own signal;
 * when the last one leaves the work is aborted, and its own error says how far it had come.
 */
export class SharedFlights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  async join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.passengers += 1;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        flight.passengers -= 1;
        if (flight.passengers === 0) {
          this.#forget(key, flight);
          flight.controller.abort(signal.reason);
        } else {
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's own reason
          reject(signal.reason);
        }
      };
      signal.addEventListener('abort', leave, { once: true });
      const land = (): void => signal.removeEventListener('abort', leave);
      flight.outcome.then(resolve, reject).then(land, land);
    });
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = { outcome: work(controller.signal), controller, passengers: 0 };
    this.#flights.set(key, flight);
    const land = (): void => this.#forget(key, flight);
    flight.outcome.then(land, land);
    return flight;
  }

  /** Nobody may board what has landed, or is about to be aborted. */
  #forget(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
