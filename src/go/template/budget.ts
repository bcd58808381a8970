/** How much a template may do before it is stopped. */
export interface TemplateLimits {
  /** Of the rendered text, in bytes. */
  readonly outputBytes: number;
  /** Of any text made on the way, in bytes. */
  readonly textBytes: number;
  /** Of the template itself, in bytes. */
  readonly templateBytes: number;
  /** Actions, calls, loop turns and elements copied or compared; each takes about a microsecond. */
  readonly steps: number;
  /** Templates that call each other, and parentheses and blocks inside one another. */
  readonly depth: number;
}

export const DEFAULT_LIMITS: TemplateLimits = {
  outputBytes: 1024 * 1024,
  textBytes: 2 * 1024 * 1024,
  templateBytes: 256 * 1024,
  steps: 2_000_000,
  depth: 1000,
};

/** A template that was stopped because it does too much. The message is the rest of a sentence. */
export class LimitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LimitError';
  }
}

/** Counts what one run of a template has done, and stops it at the limits. */
export class Budget {
  readonly limits: TemplateLimits;
  #steps = 0;
  #output = 0;

  constructor(limits: TemplateLimits) {
    this.limits = limits;
  }

  /** Counts work before it is done. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.limits.steps) {
      throw new LimitError(`does more than ${this.limits.steps} steps; is there a loop that never ends?`);
    }
  }

  /** Counts rendered text. */
  emit(bytes: number): void {
    this.#output += bytes;
    if (this.#output > this.limits.outputBytes) {
      throw new LimitError(`renders more than ${this.limits.outputBytes} bytes`);
    }
  }

  /** Counts a text that is about to be made, and stops one that is far too long. */
  allow(bytes: number): void {
    this.fit(bytes);
    this.spend(Math.ceil(bytes / BYTES_PER_STEP));
  }

  /** Stops a text that has become far too long. */
  fit(bytes: number): void {
    if (bytes > this.limits.textBytes) {
      throw new LimitError(`makes a text of more than ${this.limits.textBytes} bytes`);
    }
  }

  /** Stops templates and expressions that are nested too deeply. */
  nest(depth: number): void {
    if (depth > this.limits.depth)
      throw new LimitError(`is nested more than ${this.limits.depth} levels deep`);
  }
}

/** Copying text is this much cheaper than running an action. */
const BYTES_PER_STEP = 64;
