import type { TemplateSources } from '../../go/template/go-value.ts';
import type { MessageChange } from '../../pipeline/publish/message/message-data.ts';
import { renderMessage } from '../../pipeline/publish/message/render-message.ts';
import type { CommitDraft, SignCommit, TreeFile, TreeView } from '../../pipeline/publish/ports.ts';
import type { MarkerReading } from '../../pipeline/update/read-markers.ts';
import { readMarkers } from '../../pipeline/update/read-markers.ts';
import { updateFile } from '../../pipeline/update/update-file.ts';
import type { Problem, Selections } from './problems.ts';
import { markerProblems } from './problems.ts';

/** What was read in a file before: the same blob is never parsed twice. */
export interface ReadingCache {
  get(blob: string): MarkerReading | undefined;
  set(blob: string, reading: MarkerReading): void;
}

export interface Drafting extends Selections {
  readonly now: Date;
  readonly readings: ReadingCache;
  /** The clock and randomness that a message template may ask for. */
  readonly sources: TemplateSources;
  /** For commits that are to be signed. */
  readonly sign?: SignCommit | undefined;
}

export interface Drafted {
  readonly draft: CommitDraft | undefined;
  readonly changes: readonly MessageChange[];
  /** How many markers took part. */
  readonly markers: number;
  readonly problems: readonly Problem[];
}

/** The commit that brings a tree to what the policies select: pure, so that a lost race simply drafts again. */
export function draftCommit(tree: TreeView, drafting: Drafting): Drafted {
  const files: { file: TreeFile; bytes: Buffer }[] = [];
  const changes: MessageChange[] = [];
  const problems: Problem[] = tree.unreadable.map(({ path, reason }) => ({ file: path, message: reason }));
  let markers = 0;
  for (const file of tree.files) {
    const reading = readingOf(file, drafting.readings);
    const update = updateFile({ path: file.path, bytes: file.bytes, reading }, drafting.refs);
    markers += reading.markers.length;
    problems.push(...markerProblems({ path: file.path, reading, update }, drafting));
    if (update.changes.length === 0 || update.refused !== undefined) continue;
    files.push({ file, bytes: update.bytes });
    changes.push(...update.changes.map((change) => messageChange(relativeTo(tree.root, file.path), change)));
  }
  const draft = files.length === 0 ? undefined : commitOf(files, changes, drafting);
  return { draft, changes, markers, problems };
}

function commitOf(
  files: CommitDraft['files'],
  changes: readonly MessageChange[],
  { automation, now, sources, sign }: Drafting,
): CommitDraft {
  const { metadata, spec } = automation;
  const commit = spec.git?.commit;
  const data = {
    automation: { namespace: metadata.namespace, name: metadata.name },
    values: commit?.messageTemplateValues,
    changes,
  };
  const message = renderMessage(commit?.messageTemplate ?? '', data, { sources });
  return {
    files,
    message,
    time: now,
    author: { name: commit?.author.name ?? '', email: commit?.author.email ?? '' },
    ...(sign === undefined ? {} : { sign }),
  };
}

function readingOf(file: TreeFile, readings: ReadingCache): MarkerReading {
  const known = readings.get(file.blob);
  if (known !== undefined) return known;
  const reading = readMarkers(file.bytes);
  readings.set(file.blob, reading);
  return reading;
}

function messageChange(
  file: string,
  change: {
    readonly old: string;
    readonly new: string;
    readonly setter: string;
    readonly object: Omit<MessageChange, 'file' | 'old' | 'new' | 'setter'>;
  },
): MessageChange {
  return { file, ...change.object, old: change.old, new: change.new, setter: change.setter };
}

/** A file as the message names it: relative to `update.path`. */
function relativeTo(root: string, file: string): string {
  return root === '' ? file : file.slice(root.length + 1);
}
