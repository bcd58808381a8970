import type { DefinedObjects } from '../../app/tools.ts';
import { formatProblem } from '../../api/documents.ts';
import { TidemarkError } from '../../model/errors.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { formatKey } from '../../model/object-key.ts';
import type { Finding } from '../../pipeline/update/finding.ts';
import { lintFile } from '../../pipeline/update/lint-file.ts';
import type { Marker } from '../../pipeline/update/read-markers.ts';
import { defineCommand } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes } from '../exit-code.ts';
import { choice, list } from '../flags.ts';
import type { Output } from '../output.ts';
import { readCandidates } from '../read-candidates.ts';

type FileFinding = Omit<Finding, 'code'> & { readonly file: string; readonly code: string };

export const markersLint = defineCommand({
  summary: 'Find markers that do nothing: misspelt, misplaced, of an unknown policy',
  args: [{ spec: '<path>', help: 'folder or file' }],
  flags: {
    file: list(
      '-f, --file <path>',
      'folder or file with the objects: then markers of unknown policies are found, too',
    ),
    output: choice('-o, --output <format>', 'how to print findings; github makes annotations of them', [
      'text',
      'json',
      'github',
    ]),
  },
  examples: ['tidemark markers lint apps -f clusters/dev', 'tidemark markers lint . -o github'],
  async run(deps, { args: [path = '.'], flags }, out) {
    const policies = await knownPolicies(deps, flags.file, out);
    const findings: FileFinding[] = [];
    for (const candidate of readCandidates(path, await deps.tools(), deps.signal)) {
      if ('unreadable' in candidate) {
        const { file, message } = candidate.unreadable;
        findings.push({ file, line: 1, column: 1, severity: 'error', code: 'file-unreadable', message });
        continue;
      }
      const { file, bytes } = candidate;
      const lint = lintFile(bytes);
      const unknown =
        policies === undefined
          ? []
          : lint.reading.markers.flatMap((marker) => unknownPolicy(marker, policies));
      const ofFile = [...lint.findings, ...unknown].sort((a, b) => a.line - b.line || a.column - b.column);
      findings.push(...ofFile.map((finding) => ({ file: file.path, ...finding })));
    }
    print(findings, flags.output ?? 'text', out);
    if (findings.length === 0) out.say('done', `no findings in ${path}`);
    return findings.length > 0 ? exitCodes.no : exitCodes.done;
  },
});

async function knownPolicies(
  deps: CliDeps,
  paths: readonly string[],
  out: Output,
): Promise<ReadonlySet<string> | undefined> {
  if (paths.length === 0) return undefined;
  const input = paths.includes('-') ? await deps.stdin.read() : undefined;
  const { objects, problems }: DefinedObjects = (await deps.tools()).definedObjects(paths, input);
  for (const problem of problems) out.say('warning', formatProblem(problem));
  const policies = objects.filter(({ kind }) => kind === 'ImagePolicy');
  if (policies.length > 0) return new Set(policies.map(formatKey));
  throw new TidemarkError(
    'UsageError',
    `there is no ImagePolicy in ${paths.join(', ')}: name the folder that holds them with -f`,
  );
}

function unknownPolicy({ namespace, name, line, column }: Marker, policies: ReadonlySet<string>): Finding[] {
  const key = `${namespace}/${name}`;
  if (policies.has(key)) return [];
  const near = nearestWord(key, policies);
  const hint = near === undefined ? '' : `; did you mean ${near.replace('/', ':')}?`;
  return [
    {
      line,
      column,
      severity: 'error',
      code: 'policy-unknown',
      message: `There is no ImagePolicy ${key}${hint}`,
    },
  ];
}

function print(findings: readonly FileFinding[], format: 'text' | 'json' | 'github', out: Output): void {
  if (format === 'json') {
    const plain = findings.map(({ file, line, column, severity, code, message }) => ({
      file,
      line,
      column,
      severity,
      code,
      message,
    }));
    out.json({ findings: plain });
    return;
  }
  const render = format === 'github' ? githubAnnotation : textLine;
  for (const finding of findings) out.data(`${render(finding)}\n`);
}

function textLine({ file, line, column, severity, code, message }: FileFinding): string {
  return `${file}:${line}:${column}: ${severity}: ${message} (${code})`;
}

/** A workflow command, as GitHub Actions reads them from standard output. */
function githubAnnotation({ file, line, column, severity, code, message }: FileFinding): string {
  const property = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${severity} file=${property(file)},line=${line},col=${column},title=${property(code)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
