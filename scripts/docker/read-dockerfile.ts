/** One line of a Dockerfile, as far as ours goes. */
export type Instruction =
  | { readonly name: 'FROM'; readonly image: string; readonly stage: string }
  | { readonly name: 'COPY'; readonly from: string | undefined; readonly paths: readonly string[] }
  | { readonly name: 'RUN' | 'WORKDIR'; readonly text: string }
  | { readonly name: 'ENTRYPOINT' | 'CMD'; readonly words: readonly string[] }
  | { readonly name: 'ARG' | 'ENV' | 'USER' | 'EXPOSE'; readonly text: string };

/** The instructions of a Dockerfile, in order. Throws on what it does not know. */
export function readDockerfile(text: string): readonly Instruction[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => readInstruction(line.trim()));
}

function readInstruction(line: string): Instruction {
  const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  const text = rest.trim();
  switch (name) {
    case 'FROM': {
      const [image = '', , stage = ''] = text.split(/\s+/);
      return { name, image, stage };
    }
    case 'COPY': {
      const from = /^--from=(\S+)\s+/.exec(text);
      return { name, from: from?.[1], paths: text.slice(from?.[0].length ?? 0).split(/\s+/) };
    }
    case 'ENTRYPOINT':
    case 'CMD':
      return { name, words: wordsOf(text) };
    case 'RUN':
    case 'WORKDIR':
    case 'ARG':
    case 'ENV':
    case 'USER':
    case 'EXPOSE':
      return { name, text };
    default:
      throw new Error(`cannot read this line of the Dockerfile: ${line}`);
  }
}

function wordsOf(text: string): readonly string[] {
  const words: unknown = JSON.parse(text);
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  throw new Error(`the exec form is needed, which is a list of words: ${text}`);
}
