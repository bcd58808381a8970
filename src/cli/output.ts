import { displayText } from './display-text.ts';

/** What is said to a person, each with its sign. */
const glyphs = {
  doing: '►',
  generating: '✚',
  waiting: '◎',
  done: '✔',
  warning: '⚠',
  failed: '✗',
} as const;

export type Glyph = keyof typeof glyphs;

const colors: Record<Glyph, string> = {
  doing: '36',
  generating: '36',
  waiting: '36',
  done: '32',
  warning: '33',
  failed: '31',
};

/** Where bytes go. Writing to a stream whose reader has gone is silently dropped. */
export interface Sink {
  write(text: string | Uint8Array): void;
  readonly isTerminal: boolean;
}

export interface OutputOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Escape sequences on standard error. */
  readonly color: boolean;
  readonly verbose: boolean;
}

/** The two streams of a command: data for programs on standard output, talk for people on standard error. */
export class Output {
  readonly verbose: boolean;
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.verbose = options.verbose;
  }

  /** True when a person watches standard error, and lines may be redrawn. */
  get isInteractive(): boolean {
    return this.#options.stderr.isTerminal;
  }

  /** Data, as it is. */
  data(text: string | Uint8Array): void {
    this.#options.stdout.write(text);
  }

  /** True when a person watches standard output. */
  get isWatched(): boolean {
    return this.#options.stdout.isTerminal;
  }

  /** A line with a sign where the story itself is the data. */
  show(glyph: Glyph, message: string): void {
    this.data(`${this.#sign(glyph)} ${displayText(message)}\n`);
  }

  /** A JSON document. */
  json(value: unknown): void {
    this.data(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  /** A line to the person. */
  say(glyph: Glyph, message: string): void {
    this.#options.stderr.write(`${this.#sign(glyph)} ${displayText(message)}\n`);
  }

  /** A line of the log, as it is: with its line break, on standard error. */
  log(line: string): void {
    this.#options.stderr.write(line);
  }

  /** More about what was just said. */
  detail(message: string): void {
    this.#options.stderr.write(`${displayText(message).replaceAll(/^/gm, '  ')}\n`);
  }

  /** Said only with `-v`. */
  whenVerbose(message: string): void {
    if (this.verbose) this.detail(message);
  }

  #sign(glyph: Glyph): string {
    return this.#options.color ? `\u001B[${colors[glyph]}m${glyphs[glyph]}\u001B[0m` : glyphs[glyph];
  }
}
