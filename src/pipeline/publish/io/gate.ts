/** Lets many in together, or one alone, in the order in which they came. */
export class Gate {
  readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = [];
  #inside = 0;
  #alone = false;

  async shared<T>(work: () => Promise<T>): Promise<T> {
    return this.#pass(work, { alone: false });
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#pass(work, { alone: true });
  }

  /** True when nobody is inside or waiting. */
  get idle(): boolean {
    return this.#inside === 0 && this.#waiting.length === 0;
  }

  async #pass<T>(work: () => Promise<T>, { alone }: { readonly alone: boolean }): Promise<T> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ alone, enter });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#inside--;
      this.#alone = false;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone && this.#inside > 0)) return;
      this.#waiting.shift();
      this.#inside++;
      this.#alone = next.alone;
      next.enter();
    }
  }
}
