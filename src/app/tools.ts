import { readFileSync } from 'node:fs';

import type { DocumentProblem, SkippedDocument } from '../api/documents.ts';
import type { TemplateSources } from '../go/template/go-value.ts';
import { type KindName, kindNames } from '../api/kinds.ts';
import type { Clock } from '../model/clock.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { parseKey } from '../model/object-key.ts';
import { templateSources } from '../pipeline/publish/io/template-sources.ts';
import { replaceFile } from '../pipeline/update/io/replace-file.ts';
import { walkFolder } from '../pipeline/update/io/walk-folder.ts';
import { Sources } from '../store/local/sources.ts';

/** A file that may hold markers. Reading and writing throw the system's errors. */
export interface CandidateFile {
  readonly path: string;
  /** A symbolic link that leads out of the folder: read, and never written. */
  readonly leadsOutside: boolean;
  read(): Buffer;
  /** Replaces the content at once: whoever reads sees the old bytes or the new. The mode stays, and so does a link. */
  write(bytes: Buffer): void;
}

export type Candidate =
  | { readonly file: CandidateFile }
  | { readonly unreadable: { readonly path: string; readonly error: unknown } };

/** An object as some file defines it. */
export interface DefinedObject extends ObjectKey {
  readonly kind: KindName;
  readonly file: string;
  readonly line: number;
}

export interface DefinedObjects {
  readonly objects: readonly DefinedObject[];
  readonly problems: readonly DocumentProblem[];
  readonly skipped: readonly SkippedDocument[];
}

/** What the tools on plain files need of the machine. */
export interface Tools {
  /** Every file below `path` that is searched for markers, in order. Throws the system's error when `path` cannot be read. */
  candidates(path: string): Iterable<Candidate>;
  /** Everything that the files of `paths` define; `-` is `standardInput`. */
  definedObjects(paths: readonly string[], standardInput: Uint8Array | undefined): DefinedObjects;
  /** The time and randomness that a message template may ask for. */
  templateSources(clock: Clock): TemplateSources;
}

export function createTools(): Tools {
  return { candidates, definedObjects, templateSources };
}

function* candidates(path: string): Generator<Candidate> {
  for (const walked of walkFolder(path)) {
    if ('unreadable' in walked) {
      yield walked;
      continue;
    }
    const { location, path: shown, leadsOutside } = walked.file;
    yield {
      file: {
        path: shown,
        leadsOutside,
        read: () => readFileSync(location),
        write: (bytes) => replaceFile(location, bytes),
      },
    };
  }
}

function definedObjects(paths: readonly string[], standardInput: Uint8Array | undefined): DefinedObjects {
  const sources = new Sources({ paths, except: new Set(), ...(standardInput && { standardInput }) });
  sources.scan();
  const objects = kindNames.flatMap((kind) =>
    Array.from(sources.all(kind), ({ key, place }) => ({
      kind,
      ...parseKey(key),
      file: place.file,
      line: place.line,
    })),
  );
  return { objects, problems: sources.problems(), skipped: sources.skipped() };
}
