/** Things that wait, each for its owner. Owners take turns, so that one who has many waits for them himself. */
export class Turns<T> {
  readonly #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(owner: string, item: T): void {
    const line = this.#lines.get(owner);
    if (line === undefined) this.#lines.set(owner, [item]);
    else line.push(item);
    this.#size += 1;
  }

  /** The first thing of the owner whose turn it is. */
  next(): T | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [owner, line] = first;
    const item = line.shift();
    this.#lines.delete(owner);
    if (line.length > 0) this.#lines.set(owner, line);
    this.#size -= 1;
    return item;
  }

  remove(owner: string, item: T): void {
    const line = this.#lines.get(owner);
    const at = line?.indexOf(item) ?? -1;
    if (line === undefined || at < 0) return;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(owner);
    this.#size -= 1;
  }

  /** Takes away the last thing of the owner who has most of them. */
  dropOfLongest(): T | undefined {
    const [longest] = [...this.#lines].toSorted(([, a], [, b]) => b.length - a.length);
    if (longest === undefined) return undefined;
    const [owner, line] = longest;
    const item = line.pop();
    if (line.length === 0) this.#lines.delete(owner);
    this.#size -= 1;
    return item;
  }
}
