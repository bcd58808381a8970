import type { CandidateFile, Tools } from '../app/tools.ts';
import { reasonOf, unreadable } from './read-input.ts';

/** A file that cannot be read, or cannot be read as YAML. */
export interface UnreadableFile {
  readonly file: string;
  readonly line?: number | undefined;
  readonly reason: string;
  /** One sentence. */
  readonly message: string;
}

export type ReadCandidate =
  | { readonly file: CandidateFile; readonly bytes: Buffer }
  | { readonly unreadable: UnreadableFile };

/** Reads one after the other the files below `path` that may hold markers. Throws when `path` itself cannot be read. */
export function* readCandidates(path: string, tools: Tools, signal: AbortSignal): Generator<ReadCandidate> {
  const candidates = tools.candidates(path)[Symbol.iterator]();
  for (;;) {
    signal.throwIfAborted();
    const next = step(candidates, path);
    if (next.done === true) return;
    const candidate = next.value;
    if ('unreadable' in candidate) yield cannotRead(candidate.unreadable.path, candidate.unreadable.error);
    else yield readOne(candidate.file);
  }
}

function step<T>(candidates: Iterator<T>, path: string): IteratorResult<T> {
  try {
    return candidates.next();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readOne(file: CandidateFile): ReadCandidate {
  try {
    return { file, bytes: file.read() };
  } catch (error) {
    return cannotRead(file.path, error);
  }
}

function cannotRead(file: string, error: unknown): ReadCandidate {
  return { unreadable: { file, reason: 'CannotRead', message: `It cannot be read: ${reasonOf(error)}.` } };
}
