/** One line about long work, for the person who waits for it. */
export interface Progress {
  readonly sign: 'doing' | 'generating' | 'waiting' | 'done' | 'warning' | 'failed';
  readonly text: string;
  /** More about it: what to do next, line by line. */
  readonly detail?: string;
}

/** Long work that tells as it goes, and what it came to in the end. */
export type Told<T = void> = AsyncGenerator<Progress, T>;
