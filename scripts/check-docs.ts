/** Holds the documents against the repository: paths, links, commands and the change log. */
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { z } from 'zod';
import { anchorsOf, codeSpans, linkTargets, shellLines, type Piece } from './docs/markdown.ts';

/** What the documents are held against. Paths are repository-relative and `/`-separated. */
export interface Repository {
  /** Text of every Markdown page, by path. */
  readonly pages: ReadonlyMap<string, string>;
  /** Every file and folder. */
  readonly paths: ReadonlySet<string>;
  readonly scripts: readonly string[];
  readonly version: string;
}

const rootFolders = /^(?:src|test|docs|scripts|examples|bench|bin|tools|dashboard|deploy|\.ci)\//;
const pathShape = /^[\w.@*{},…<>-]+(?:\/[\w.@*{},…<>-]+)*\/?$/;
const manifest = z.object({ scripts: z.record(z.string(), z.string()), version: z.string() });
/** npm's own commands need no script. */
const npmOwn = /^(?:ci|install|pack|exec|link|publish|version|init|create)$/;

/** One line per problem: `file:line: what is wrong`. */
export function checkDocs(repository: Repository): readonly string[] {
  const problems: string[] = [];
  for (const [page, text] of repository.pages) {
    const report = ({ line }: Piece, problem: string): void =>
      void problems.push(`${page}:${line}: ${problem}`);
    for (const span of codeSpans(text)) {
      if (!pathExists(span.text, page, repository)) report(span, `no such path: ${span.text}`);
    }
    for (const link of linkTargets(text)) {
      const problem = linkProblem(link.text, page, repository);
      if (problem !== undefined) report(link, problem);
    }
    for (const command of [...codeSpans(text), ...shellLines(text)]) {
      const missing = missingScript(command.text, repository.scripts);
      if (missing !== undefined) report(command, `package.json has no script "${missing}"`);
    }
  }
  return [...problems, ...changeLogProblems(repository)];
}

/** True unless `span` looks like a path of this repository and nothing is there. */
function pathExists(span: string, page: string, { paths }: Repository): boolean {
  if (!pathShape.test(span) || /[{}…<>]/.test(span)) return true;
  const clean = span.replace(/\/$/, '');
  if (!rootFolders.test(span)) {
    const isRootFile = page === posix.basename(page) && /^[A-Z][\w-]*\.md$/.test(clean);
    return !isRootFile || paths.has(clean);
  }
  if (!clean.includes('*')) return paths.has(clean);
  return [...paths].some((path) => posix.matchesGlob(path, clean));
}

function linkProblem(target: string, page: string, repository: Repository): string | undefined {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return undefined;
  const [path = '', anchor] = decodeURI(target).split('#');
  const file = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path)).replace(/\/$/, '');
  if (!repository.paths.has(file)) return `dead link: ${target}`;
  const text = repository.pages.get(file);
  if (anchor === undefined || text === undefined || anchorsOf(text).has(anchor)) return undefined;
  return `dead link: ${target} (no such heading)`;
}

/** The script that an `npm run NAME` or `npm test` in `command` needs and package.json lacks. */
function missingScript(command: string, scripts: readonly string[]): string | undefined {
  for (const match of command.matchAll(
    /\bnpm\s+(?:(?:run|run-script)\s+(?:--?\S+\s+)*([\w:-]+)|([a-z-]+))/g,
  )) {
    const [, named, direct] = match;
    const script = named ?? (direct === 't' ? 'test' : direct);
    if (script === undefined || script === 'run' || scripts.includes(script)) continue;
    if (named !== undefined || !npmOwn.test(script)) return script;
  }
  return undefined;
}

function changeLogProblems({ pages, version }: Repository): readonly string[] {
  const log = pages.get('CHANGELOG.md');
  if (log === undefined) return ['CHANGELOG.md:1: missing'];
  const headings = [...log.matchAll(/^##\s+\[?([^\]\s]+)\]?/gm)].map((match) => match[1]);
  if (headings.includes(version) || headings.some((heading) => heading?.toLowerCase() === 'unreleased'))
    return [];
  return [`CHANGELOG.md:1: has no entry for ${version} and none called Unreleased`];
}

function readRepository(): Repository {
  const ignored = (path: string): boolean => /(?:^|\/)(?:node_modules|dist|\.git|\.tidemark)$/.test(path);
  const paths = globSync(['**', '.ci/**'], { exclude: ignored }).map((path) => path.replaceAll('\\', '/'));
  const pages = paths.filter((path) => path.endsWith('.md')).sort();
  const { scripts, version } = manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  return {
    pages: new Map(pages.map((page) => [page, readFileSync(page, 'utf8')])),
    paths: new Set(paths),
    scripts: Object.keys(scripts),
    version,
  };
}

if (import.meta.main) {
  const repository = readRepository();
  const problems = checkDocs(repository);
  for (const problem of problems) console.error(problem);
  console.log(`docs: ${repository.pages.size} pages, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
