import type { RemoteAccess } from '../remote-access.ts';
import type { Job } from './job.ts';

/** A job with what decides who travels with it. */
export interface Passenger {
  readonly job: Job;
  readonly access: RemoteAccess;
  readonly group: string;
}

/** The jobs of one branch of one remote: whatever gathers while one batch is under way travels together in the next. */
export class BranchLane {
  readonly #carry: (passengers: readonly Passenger[]) => Promise<void>;
  #waiting: Passenger[] = [];
  #running = false;

  /** `carry` takes a group there, and never throws. */
  constructor(carry: (passengers: readonly Passenger[]) => Promise<void>) {
    this.#carry = carry;
  }

  get idle(): boolean {
    return !this.#running;
  }

  /** Resolves when the lane is empty again, or at once if it is already being worked off. */
  async add(passenger: Passenger): Promise<void> {
    this.#waiting.push(passenger);
    if (this.#running) return;
    this.#running = true;
    // Requests that are made at the same moment travel together from the start.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#carry(this.#takeGroup());
    this.#running = false;
  }

  #takeGroup(): readonly Passenger[] {
    const group = this.#waiting[0]?.group;
    const taken = this.#waiting.filter((passenger) => passenger.group === group);
    this.#waiting = this.#waiting.filter((passenger) => passenger.group !== group);
    return taken.filter(({ job }) => !job.settled);
  }
}
