import { readMarkers, type MarkerReading } from '../../pipeline/update/read-markers.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { choice } from '../flags.ts';
import { readCandidates, type UnreadableFile } from '../read-candidates.ts';
import { renderTable } from '../render-table.ts';

interface ListedMarker {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly policy: string;
  readonly part: string;
  readonly value: string;
}

export const markersList = defineCommand({
  summary: 'List every marker below a folder, or in a file',
  args: [{ spec: '<path>', help: 'folder or file' }],
  flags: { output: choice('-o, --output <format>', 'how to print them', ['table', 'json']) },
  examples: ['tidemark markers list apps/dev', 'tidemark markers list . -o json'],
  async run(deps, { args: [path = '.'], flags }, out) {
    const markers: ListedMarker[] = [];
    const unreadable: UnreadableFile[] = [];
    for (const candidate of readCandidates(path, await deps.tools(), deps.signal)) {
      if ('unreadable' in candidate) {
        unreadable.push(candidate.unreadable);
        continue;
      }
      const reading = readMarkers(candidate.bytes);
      markers.push(...listed(candidate.file.path, reading));
      if (reading.unreadable) unreadable.push({ file: candidate.file.path, ...reading.unreadable });
    }
    if (flags.output === 'json') {
      out.json({ markers, unreadable: unreadable.map(toJson) });
    } else {
      const rows = markers.map(({ file, line, column, policy, part, value }) => [
        `${file}:${line}:${column}`,
        policy,
        part,
        value,
      ]);
      if (rows.length > 0)
        out.data(renderTable({ columns: ['place', 'policy', 'part', 'value'], rows }, { header: true }));
      for (const { file, line, message } of unreadable) {
        out.say('warning', `${line === undefined ? file : `${file}:${line}`}: ${message}`);
      }
      if (rows.length === 0) out.say('done', `no markers in ${path}`);
    }
    return exitCodes.done;
  },
});

function listed(file: string, { markers }: MarkerReading): ListedMarker[] {
  return markers.map(({ namespace, name, line, column, part, value }) => ({
    file,
    line,
    column,
    policy: `${namespace}/${name}`,
    part,
    value,
  }));
}

function toJson({ file, line, reason, message }: UnreadableFile): object {
  return { file, ...(line !== undefined && { line }), reason, message };
}
