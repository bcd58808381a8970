import * as fc from 'fast-check';
import type { ImageRef } from '../../src/model/image-ref.ts';

/** A file in some of the many ways that people write YAML, and the markers in it that must work, in order. */
export interface MarkedYaml {
  readonly text: string;
  readonly setters: readonly string[];
}

/** Files with documents, mappings, lists, flow collections, texts of every style, comments, anchors, and markers among them. */
export const anyMarkedYaml: fc.Arbitrary<MarkedYaml> = fc.gen().map((draw) => {
  const writer = new Writer({
    int: (max) => draw(fc.nat, { max }),
    pick: (choices) => {
      const chosen = choices[draw(fc.nat, { max: choices.length - 1 })];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
  });
  return writer.file();
});

const policyCount = 4;

/** What some reader of YAML takes for a number, a date, a boolean or null, and what looks like it. */
const tellingTags =
  '2 1.0 1e3 0x1F 0o17 0b11 1_000 .5 -1 12:30 2024-01-02 yes No on null ~ y true .inf .NaN << = 1.2.3 v1 _1'.split(
    ' ',
  );

/** Policies of the markers in those files: some with numbers, dates and words as tags, some with text that is hard to write. */
export const anyRefs: fc.Arbitrary<ReadonlyMap<string, ImageRef>> = fc
  .tuple(...Array.from({ length: policyCount }, anyRef))
  .map((refs) => new Map(refs.map((ref, index) => [`ns:p${index}`, ref])));

function anyRef(): fc.Arbitrary<ImageRef> {
  const name = fc.constantFrom('reg.io/img', 'localhost:5000/team/app', 'img', 'ghcr.io/a/b-c_d.e');
  const usual = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}$/);
  const telling = fc.constantFrom(...tellingTags);
  const odd = fc.stringMatching(/^[ !-~\u00e9\u4e2d]{0,12}$/);
  const tag = fc.oneof(
    { arbitrary: usual, weight: 5 },
    { arbitrary: telling, weight: 3 },
    { arbitrary: odd, weight: 1 },
  );
  const digest = fc.option(fc.stringMatching(/^sha256:[0-9a-f]{64}$/), { nil: undefined });
  return fc
    .record({ name, tag, digest })
    .map(({ digest: found, ...ref }) => (found === undefined ? ref : { ...ref, digest: found }));
}

interface Draw {
  int(max: number): number;
  pick<T>(choices: readonly T[]): T;
}

const plain = [
  'img:v1',
  'v1.2.3',
  '1.0',
  'true',
  '~',
  'null',
  'a b  c',
  'http://x/y?z=1',
  '-x',
  'é中😀',
  '2024-01-02',
  '0x1F',
  'x#y',
  'a:b',
];
const quoted = [
  '"v1"',
  "'it''s'",
  '"tab\\t \\"q\\" \\u00e9 \\U0001F600"',
  '""',
  "''",
  '"é😀"',
  "'# no comment'",
  '"a: b"',
  '"{{ .x }}"',
];
const notes = ['# note', '#', '## more', '# {"a": "b"}', '# é😀', '# - x: 1', "# 'quote"];
const keys = ['image', 'tag', '"quoted key"', "'k'", 'é', 'a.b/c', '? x', '<<x', '1', 'with space'];

/** Writes one file, drawing what comes next. */
class Writer {
  readonly #draw: Draw;
  readonly #out: string[] = [];
  readonly #setters: string[] = [];
  #key = 0;
  #anchors: string[] = [];

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  file(): MarkedYaml {
    const documents = this.#chance(25) ? 2 + this.#draw.int(1) : 1;
    for (let index = 0; index < documents; index++) this.#document(index > 0);
    let text = this.#out.join('');
    if (this.#chance(10)) text = text.replace(/\n$/, '');
    if (this.#chance(20)) text = text.replaceAll('\n', '\r\n');
    if (this.#chance(8)) text = `\ufeff${text}`;
    return { text, setters: this.#setters };
  }

  #chance(percent: number): boolean {
    return this.#draw.int(99) < percent;
  }

  #document(separated: boolean): void {
    if (separated || this.#chance(20))
      this.#write(this.#draw.pick(['---\n', '---\n', '--- # apart\n', '---   \n']));
    this.#anchors = [];
    this.#noise(0);
    if (this.#chance(40)) {
      const kind = this.#draw.pick(['Deployment', 'HelmRelease', 'List', 'Kustomization']);
      this.#write(`apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: app${this.#draw.int(9)}\n`);
    }
    this.#mapping(2, 0);
    if (this.#chance(5)) this.#write('...\n');
  }

  #write(text: string): void {
    this.#out.push(text);
  }

  /** Comments and blank lines of no meaning. */
  #noise(indent: number): void {
    while (this.#chance(20))
      this.#write(this.#chance(50) ? '\n' : `${' '.repeat(indent)}${this.#draw.pick(notes)}\n`);
  }

  #mapping(depth: number, indent: number): void {
    const count = 1 + this.#draw.int(3);
    for (let index = 0; index < count; index++) {
      this.#noise(indent);
      this.#write(' '.repeat(indent));
      this.#entry(depth, indent);
    }
  }

  #entry(depth: number, indent: number): void {
    const key = this.#nextKey();
    this.#write(key.startsWith('? ') ? `${key}\n${' '.repeat(indent)}:` : `${key}:`);
    this.#value(depth, indent, 'key');
  }

  #nextKey(): string {
    const key = this.#draw.pick(keys);
    this.#key++;
    return /["']$/.test(key) ? `${key.slice(0, -1)}${this.#key}${key.slice(-1)}` : `${key}${this.#key}`;
  }

  #list(depth: number, indent: number): void {
    const count = 1 + this.#draw.int(3);
    for (let index = 0; index < count; index++) {
      const head = index > 0 && this.#chance(15);
      if (!head) this.#noise(indent);
      if (head) this.#write(`${' '.repeat(indent)}${this.#marker()}\n`);
      this.#write(`${' '.repeat(indent)}-`);
      if (head) this.#write(` ${this.#scalar(false, indent)}\n`);
      else if (depth > 0 && this.#chance(30)) this.#itemMapping(depth - 1, indent);
      else this.#value(depth, indent, 'dash');
    }
  }

  #itemMapping(depth: number, indent: number): void {
    this.#write(' ');
    this.#entry(depth, indent + 2);
    if (this.#chance(60)) this.#mapping(depth, indent + 2);
  }

  #value(depth: number, indent: number, after: 'key' | 'dash'): void {
    const form = this.#draw.int(99);
    if (depth > 0 && form < 20) {
      this.#write('\n');
      this.#mapping(depth - 1, indent + this.#draw.pick([1, 2, 2, 4]));
    } else if (depth > 0 && form < 38) {
      this.#write('\n');
      this.#list(depth - 1, indent + (after === 'key' ? this.#draw.pick([0, 2, 4]) : 2));
    } else if (form < 48) {
      this.#write(` ${this.#flow(2)}\n`);
    } else if (form < 58) {
      this.#blockText(indent);
    } else if (form < 64 && this.#anchors.length > 0) {
      this.#write(` *${this.#draw.pick(this.#anchors)}\n`);
    } else {
      this.#write(
        `${this.#draw.pick([' ', ' ', '  ', '   '])}${this.#properties()}${this.#scalar(false, indent)}${this.#behind()}\n`,
      );
    }
  }

  #properties(): string {
    if (this.#chance(6)) {
      this.#anchors.push(`a${this.#anchors.length}`);
      return `&${this.#anchors.at(-1)} `;
    }
    return this.#chance(5) ? this.#draw.pick(['!!str ', '!custom ', '!<tag:x.org,2000:y> ']) : '';
  }

  #scalar(inFlow: boolean, indent = 0): string {
    const form = this.#draw.int(9);
    if (form < 5) return this.#draw.pick(inFlow ? plain.filter((text) => !text.includes('?')) : plain);
    if (form < 9 || inFlow) return this.#draw.pick(quoted);
    const next = `\n${' '.repeat(indent + 2)}`;
    return this.#draw.pick([
      `"two${next}lines"`,
      `'two${next}${next.slice(1)}lines'`,
      `two${next}plain lines`,
    ]);
  }

  /** What stands behind a value: a marker, a note, or nothing. */
  #behind(): string {
    if (this.#chance(45))
      return `${this.#draw.pick([' ', '  ', '\t', '    '])}${this.#marker()}${this.#draw.pick(['', '', ' '])}`;
    return this.#chance(15) ? ` ${this.#draw.pick(notes)}` : '';
  }

  #marker(): string {
    const setter = `ns:p${this.#draw.int(policyCount - 1)}${this.#draw.pick(['', '', ':tag', ':name', ':digest'])}`;
    this.#setters.push(setter);
    return this.#draw.pick([
      `# {"$imagepolicy": "${setter}"}`,
      `#{"$imagepolicy":"${setter}"}`,
      `##  { "$imagepolicy" : "${setter}", "x": "y" }`,
    ]);
  }

  #blockText(indent: number): void {
    const header = this.#draw.pick(['|', '>', '|-', '>-', '|+', '>+', '|2', '>2-', '|-2', '|2+']);
    const marked = this.#chance(40);
    this.#write(` ${header}${marked ? ` ${this.#marker()}` : ''}\n`);
    const inner = ' '.repeat(indent + 2);
    const lines = this.#draw.int(3);
    let deeper = header.includes('2');
    for (let index = 0; index < lines; index++) {
      const marker = `${inner}# {"$imagepolicy": "ns:p0"}\n`;
      const line = this.#draw.pick([
        `${inner}text ${index}\n`,
        marker,
        `${inner}é😀\n`,
        '\n',
        deeper ? `${inner}  more\n` : '\n',
      ]);
      this.#write(line);
      deeper ||= line !== '\n';
    }
    if (lines === 0 && this.#chance(50)) this.#write(`${inner}img:v1\n`);
  }

  #flow(depth: number): string {
    const isMap = this.#chance(50);
    const parts: string[] = [];
    const count = this.#draw.int(3);
    for (let index = 0; index < count; index++) {
      const key = isMap ? `f${index}: ` : '';
      const value = depth > 0 && this.#chance(20) ? this.#flow(depth - 1) : this.#scalar(true);
      const isScalar = !/[[{]/.test(value.charAt(0));
      const comma = index < count - 1 || this.#chance(20) ? ',' : '';
      const marker = isScalar && this.#chance(30) ? ` ${this.#marker()}` : '';
      const gap = marker === '' && this.#chance(60) ? ' ' : '\n      ';
      parts.push(`${key}${value}${comma}${marker}${gap}`);
    }
    return isMap ? `{${parts.join('')}}` : `[${parts.join('')}]`;
  }
}
