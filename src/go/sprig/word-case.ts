import type { ByteString } from '../template/byte-string.ts';
import { runeToString, runeOf } from '../template/byte-string.ts';
import {
  charsOf,
  isLetter,
  isNumber,
  isPunctuation,
  isRuneError,
  isSpace,
  isUpper,
  runesOf,
  toLower,
  toUpper,
} from './characters.ts';

/** What a run of characters is taken for when a name is cut into words. */
type WordKind = 'none' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly kind: WordKind;
  readonly chars: readonly string[];
}

/** `HTTPServerID` as `http_server_id`, by the rules of the library that sprig uses (xstrings). */
export function separatedCase(text: ByteString, connector: '_' | '-'): ByteString {
  if (text === '') return '';
  return new CaseWriter(charsOf(text), connector).run();
}

/** `http_server` as `HttpServer`. Connectors at the start stay, and of several in a row all but one. */
export function camelCase(text: ByteString): ByteString {
  const chars = runesOf(text);
  const first = chars.findIndex((char) => !isConnector(char));
  if (first < 0) return [...chars, ...chars.slice(-1)].join('');
  const out = chars.slice(0, first);
  let current = chars[first] ?? '';
  let inCapitals = isUpper(current);
  current = toUpper(current);
  for (const char of chars.slice(first + 1)) {
    const previous = current;
    current = char;
    if (!isConnector(previous)) {
      if (inCapitals && isUpper(char)) current = toLower(char);
      else inCapitals = false;
      out.push(previous);
    } else if (isConnector(char)) out.push(previous);
    else {
      inCapitals = isUpper(char);
      current = toUpper(char);
    }
  }
  return [...out, current].join('');
}

function isConnector(char: string): boolean {
  return char === '-' || char === '_' || isSpace(char);
}

/** Letters that make words; Chinese characters do not. */
function isAlphabet(char: string): boolean {
  return isLetter(char) && !/[\u4E00-\u9FCC\u3400-\u4D85\u{20000}-\u{2B81D}]/u.test(char);
}

function isSmallLetter(char: string): boolean {
  return isAlphabet(char) && !isUpper(char);
}

class CaseWriter {
  readonly #chars: readonly string[];
  readonly #connector: string;
  readonly #out: string[] = [];
  #at = 0;
  #word: Word;

  constructor(chars: readonly string[], connector: string) {
    this.#chars = chars;
    this.#connector = connector;
    this.#word = this.#read();
  }

  run(): ByteString {
    while (this.#at < this.#chars.length) {
      const previous = this.#word;
      if (previous.kind !== 'connector') this.#write(previous);
      this.#word = this.#read();
      if (previous.kind === 'number') this.#afterNumber();
      else if (previous.kind === 'connector') this.#write(previous);
      else if (previous.kind !== 'punctuation') this.#afterLetters();
    }
    this.#write(this.#word);
    return this.#out.join('');
  }

  /** Letters that follow a number directly belong to it. */
  #afterNumber(): void {
    this.#takeWhileAlphanumeric();
    if (this.#word.kind !== 'none') this.#connect();
  }

  #afterLetters(): void {
    if (this.#word.kind !== 'number') {
      this.#connect();
      return;
    }
    if (this.#at >= this.#chars.length) return;
    const number = this.#word;
    this.#word = this.#read();
    if (this.#word.kind !== 'alphabet') {
      // The number belongs to the word before it: `Bld4Floor` is `bld4_floor`.
      this.#write(number);
      this.#connect();
      return;
    }
    // Small letters after it make it a word of its own: `HTTP2xx` is `http_2xx`.
    this.#out.push(this.#connector);
    this.#write(number);
    this.#afterNumber();
  }

  #takeWhileAlphanumeric(): void {
    while (this.#word.kind === 'alphabet' || this.#word.kind === 'number') {
      this.#write(this.#word);
      this.#word = this.#read();
    }
  }

  /** Puts a connector before the current word, unless it is one or stands for itself. */
  #connect(): void {
    if (this.#word.kind !== 'connector' && this.#word.kind !== 'punctuation') this.#out.push(this.#connector);
  }

  #write({ kind, chars }: Word): void {
    if (kind !== 'upper' && kind !== 'connector') {
      this.#out.push(...chars);
      return;
    }
    for (const char of chars) {
      if (isConnector(char)) this.#out.push(this.#connector);
      else this.#out.push(isUpper(char) ? toLower(char) : runeToString(runeOf(char)));
    }
  }

  #read(): Word {
    const start = this.#at;
    const kind = this.#readKind();
    return { kind, chars: this.#chars.slice(start, this.#at) };
  }

  #readKind(): WordKind {
    const { char, size } = this.#next('\uFFFD');
    this.#at += size;
    if (isRuneError(char)) return 'none';
    if (isConnector(char)) return this.#skip('connector', char, isConnector);
    if (isPunctuation(char)) return this.#skip('punctuation', char, isPunctuation);
    if (isUpper(char)) return this.#skipCapitals(char);
    if (isAlphabet(char)) return this.#skip('alphabet', char, isSmallLetter);
    if (isNumber(char)) return this.#skip('number', char, isNumber);
    return this.#skip('other', char, isOther);
  }

  /** `HTTPStatus` is `HTTP` and `Status`: the last capital before a small letter starts the next word. */
  #skipCapitals(first: string): WordKind {
    if (this.#at >= this.#chars.length) return 'upper';
    let { char, size } = this.#next(first);
    if (!isUpper(char)) return isAlphabet(char) ? this.#skip('upper', first, isSmallLetter) : 'upper';
    let last = 0;
    while (size > 0 && isUpper(char)) {
      last = size;
      this.#at += size;
      ({ char, size } = this.#next(char));
    }
    if (size > 0 && isAlphabet(char)) this.#at -= last;
    return 'upper';
  }

  /** Takes characters as long as they belong to the word. */
  #skip(kind: WordKind, first: string, belongs: (char: string) => boolean): WordKind {
    for (
      let { char, size } = this.#next(first);
      size > 0 && belongs(char);
      { char, size } = this.#next(char)
    ) {
      this.#at += size;
    }
    return kind;
  }

  /** The next character that is UTF-8, with how many there are up to it; the one before when there is none. */
  #next(previous: string): { readonly char: string; readonly size: number } {
    for (let at = this.#at; at < this.#chars.length; at++) {
      const char = this.#chars[at] ?? '';
      if (!isRuneError(char)) return { char, size: at - this.#at + 1 };
    }
    return { char: previous, size: this.#chars.length - this.#at };
  }
}

function isOther(char: string): boolean {
  return !isConnector(char) && !isAlphabet(char) && !isNumber(char) && !isPunctuation(char);
}
