import { DocumentReader } from './document-reader.ts';
import type { DocumentsRead } from './documents.ts';
import { mayHoldObjects, mentionsObjects, skimDocuments } from './skim-documents.ts';

export interface ReadDocumentsOptions {
  /** For objects that do not name one. */
  readonly defaultNamespace?: string;
}

/**
 * Reads the objects of one YAML file: any number of documents, Lists unpacked, defaults filled in.
 *
 * A broken document spoils only itself. What is not ours is skipped with a reason; a file that cannot be read is a
 * problem only if it seems to hold objects of ours.
 */
export function readDocuments(
  bytes: Uint8Array,
  file: string,
  options: ReadDocumentsOptions = {},
): DocumentsRead {
  const text = decodeDocument(bytes);
  if (text === undefined) return unreadable(bytes, file);
  if (!mayHoldObjects(text)) return { objects: [], skipped: skimDocuments(text, file), problems: [] };
  return new DocumentReader({
    text,
    file,
    defaultNamespace: options.defaultNamespace ?? 'flux-system',
  }).read();
}

/** The text of a file; undefined when it is not UTF-8. A byte order mark stays, so that encoding gives the same bytes. */
export function decodeDocument(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unreadable(bytes: Uint8Array, file: string): DocumentsRead {
  const encoding = encodingOf(bytes);
  const message =
    encoding === 'latin1'
      ? 'the file is not valid UTF-8: save it as UTF-8, and put binary values in base64 under data'
      : 'the file is encoded as UTF-16: save it as UTF-8';
  const text = new TextDecoder(encoding).decode(bytes);
  if (mentionsObjects(text))
    return { objects: [], skipped: [], problems: [{ file, line: 1, column: 1, message }] };
  return {
    objects: [],
    skipped: [{ file, line: 1, apiVersion: '', kind: '', name: '', reason: message }],
    problems: [],
  };
}

function encodingOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | 'latin1' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'latin1';
}
