import type { CandidateFile } from '../../app/tools.ts';
import { TidemarkError } from '../../model/errors.ts';
import { type PolicyRefs, updateFile } from '../../pipeline/update/update-file.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { choice, list, toggle } from '../flags.ts';
import type { Output } from '../output.ts';
import { type ImageAssignment, parseImageAssignment } from '../parse-image-assignment.ts';
import { type ReadCandidate, readCandidates } from '../read-candidates.ts';
import { plural } from '../plural.ts';
import { reasonOf } from '../read-input.ts';
import { renderTable } from '../render-table.ts';

interface Refused {
  readonly file: string;
  readonly reason: string;
  readonly message: string;
}

interface SetChange {
  readonly file: string;
  readonly line: number;
  readonly policy: string;
  readonly part: string;
  readonly old: string;
  readonly new: string;
}

/** What became of all files. */
interface Report {
  readonly changes: SetChange[];
  readonly refused: Refused[];
  unchanged: number;
}

export const markersSet = defineCommand({
  summary: 'Write images at their markers, and touch no other byte',
  args: [{ spec: '<path>', help: 'folder or file' }],
  flags: {
    image: list(
      '--image <policy=image>',
      'namespace/policy=name:tag[@digest]: what to write at the markers of a policy',
    ),
    dryRun: toggle('--dry-run', 'show what would change, and write nothing'),
    output: choice('-o, --output <format>', 'how to print the changes', ['table', 'json']),
  },
  examples: ['tidemark markers set apps/dev --image flux-system/web=ghcr.io/acme/web:1.2.3'],
  async run(deps, { args: [path = '.'], flags }, out) {
    const assignments = flags.image.map(parseImageAssignment);
    if (assignments.length === 0)
      throw new TidemarkError('UsageError', 'say what to write, with --image namespace/policy=name:tag');
    const refs = refsOf(assignments);
    const report: Report = { changes: [], refused: [], unchanged: 0 };
    const tools = await deps.tools();
    for (const candidate of readCandidates(path, tools, deps.signal))
      setInFile(candidate, { refs, dryRun: flags.dryRun }, report);
    print(report, { path, json: flags.output === 'json', dryRun: flags.dryRun }, out);
    return report.refused.length > 0 ? exitCodes.no : exitCodes.done;
  },
});

function refsOf(assignments: readonly ImageAssignment[]): PolicyRefs {
  const refs = new Map(assignments.map(({ setter, ref }) => [setter, ref]));
  const twice = assignments.find(
    ({ setter }, index) => assignments.findIndex((other) => other.setter === setter) !== index,
  );
  if (twice !== undefined)
    throw new TidemarkError('UsageError', `--image names ${twice.policy} twice: one image a policy`);
  return refs;
}

function setInFile(
  candidate: ReadCandidate,
  wanted: { readonly refs: PolicyRefs; readonly dryRun: boolean },
  report: Report,
): void {
  if ('unreadable' in candidate) {
    const { file, reason, message } = candidate.unreadable;
    report.refused.push({ file, reason, message });
    return;
  }
  const { file, bytes } = candidate;
  const update = updateFile({ path: file.path, bytes }, wanted.refs);
  const refused =
    update.refused ??
    (update.changes.length === 0 ? undefined : refuseToWrite(file, update.bytes, wanted.dryRun));
  if (refused !== undefined) {
    report.refused.push({ file: file.path, reason: refused.reason, message: refused.message });
    return;
  }
  report.unchanged += update.unchanged;
  report.changes.push(
    ...update.changes.map(({ line, namespace, name, part, old, new: value }) => ({
      file: file.path,
      line,
      policy: `${namespace}/${name}`,
      part,
      old,
      new: value,
    })),
  );
}

/** Writes the file, or says why not. */
function refuseToWrite(
  file: CandidateFile,
  bytes: Buffer,
  dryRun: boolean,
): { readonly reason: string; readonly message: string } | undefined {
  if (file.leadsOutside) {
    return {
      reason: 'LinkLeadsOutside',
      message: 'It is a symbolic link that leads out of the folder; change the file that it leads to.',
    };
  }
  if (dryRun) return undefined;
  try {
    file.write(bytes);
    return undefined;
  } catch (error) {
    return { reason: 'CannotWrite', message: `It cannot be written: ${reasonOf(error)}.` };
  }
}

function print(
  report: Report,
  how: { readonly path: string; readonly json: boolean; readonly dryRun: boolean },
  out: Output,
): void {
  const { changes, refused, unchanged } = report;
  if (how.json) {
    out.json({ changes, refused, unchanged });
  } else if (changes.length > 0) {
    const rows = changes.map((change) => [
      `${change.file}:${change.line}`,
      change.policy,
      change.part,
      change.old,
      change.new,
    ]);
    out.data(renderTable({ columns: ['place', 'policy', 'part', 'old', 'new'], rows }, { header: true }));
  }
  for (const { file, message } of refused) out.say('warning', `${file} was left as it is: ${message}`);
  const files = new Set(changes.map(({ file }) => file)).size;
  const what =
    changes.length === 0
      ? 'nothing to change'
      : `${plural(changes.length, 'value')} in ${plural(files, 'file')} ${how.dryRun ? 'would be changed' : 'changed'}`;
  out.say('done', `${what}, ${unchanged} unchanged in ${how.path}`);
}
