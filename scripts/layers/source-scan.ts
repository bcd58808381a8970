/** One import, export-from or dynamic import, whether of values or of types. */
export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
}

/** A place in a file where something outside its arguments is touched. */
export interface ImpureSite {
  readonly what: string;
  readonly line: number;
}

const importPattern =
  /(?:\bfrom|\bimport)\s*(?:\(\s*)?(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n$]+)`)|\brequire\s*\(\s*(?:"([^"\n]+)"|'([^'\n]+)')/g;

/** Node's own modules that pure code may use: they compute, and touch nothing. */
const pureBuiltins = new Set([
  'node:assert',
  'node:assert/strict',
  'node:buffer',
  'node:path',
  'node:path/posix',
  'node:string_decoder',
  'node:util',
  'node:crypto',
  'node:zlib',
]);

/** Packages that talk to the outside world or the terminal. */
const impurePackages = new Set(['undici', 'hono', '@hono/node-server', 'pino', 'prom-client', 'commander']);

const impureCode: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b/, 'Date.now'],
  [/\bnew Date\(\s*\)/, 'new Date()'],
  [/(?<!new )\bDate\(\s*\)/, 'Date()'],
  [/\bMath\.random\b/, 'Math.random'],
  [/\bperformance\.(?:now|timeOrigin|mark|measure)\b/, 'performance'],
  [/\bprocess\.\w+/, 'process'],
  [/\b(?:random(?:Bytes|UUID|Int|FillSync)|getRandomValues)\b/, 'random values'],
  [/\b(?:setTimeout|setInterval|setImmediate)\s*\(/, 'timers'],
  [/\bconsole\.\w+/, 'console'],
  [/\b(?:globalThis\.)?fetch\(/, 'fetch'],
  [/\bnew (?:WebSocket|EventSource|BroadcastChannel|Worker)\(/, 'network and workers'],
];

/** Every module that `source` names, in order. Comments do not count; types do. */
export function importsOf(source: string): readonly ImportSite[] {
  const code = withoutComments(source, 'keep strings');
  const bare = withoutComments(source, 'blank strings');
  const sites: ImportSite[] = [];
  for (const match of code.matchAll(importPattern)) {
    const specifier = match.slice(1).find((group) => group !== undefined);
    const isCode = bare.slice(match.index, match.index + 4) === match[0].slice(0, 4);
    if (specifier !== undefined && isCode) sites.push({ specifier, line: lineAt(source, match.index) });
  }
  return sites;
}

/** Where pure code would touch the world: imports of Node modules and packages that do, and globals that do. */
export function impureSites(source: string): readonly ImpureSite[] {
  const imported = importsOf(source)
    .filter(({ specifier }) => isImpureModule(specifier))
    .map(({ specifier, line }) => ({ what: specifier, line }));
  const lines = withoutComments(source, 'blank strings').split('\n');
  const touched = lines.flatMap((text, index) =>
    impureCode.filter(([pattern]) => pattern.test(text)).map(([, what]) => ({ what, line: index + 1 })),
  );
  return [...imported, ...touched].sort((left, right) => left.line - right.line);
}

function isImpureModule(specifier: string): boolean {
  if (specifier.startsWith('node:')) return !pureBuiltins.has(specifier);
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return impurePackages.has(name);
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

/** A comment, a string, a template without its expressions' strings, or a regular expression after an operator. */
const lexeme =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|`(?:[^`\\]|\\[\s\S])*`|(?<=(?:^|[=(,:[!&|?{};]|=>|\breturn)\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;

/** The source with comments blanked out, and strings too if asked, at the same offsets and lines. */
function withoutComments(source: string, strings: 'keep strings' | 'blank strings'): string {
  return source.replace(lexeme, (text) => {
    const isComment = text.startsWith('//') || text.startsWith('/*');
    if (!isComment && strings === 'keep strings') return text;
    if (text.startsWith('`')) return blankTemplate(text);
    return text.replaceAll(/[^\n]/g, ' ');
  });
}

/** Template text is blanked; what stands in `${}` is code and stays. */
function blankTemplate(template: string): string {
  const code = [...template.matchAll(/\$\{[^}]*\}/g)];
  let blanked = template.replaceAll(/[^\n]/g, ' ');
  for (const { 0: text, index } of code)
    blanked = blanked.slice(0, index) + text + blanked.slice(index + text.length);
  return blanked;
}
