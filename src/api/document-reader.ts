import { type Document, LineCounter, parseAllDocuments } from 'yaml';

import { checkObject } from './check-object.ts';
import { classify } from './classify.ts';
import { describeHead, documentHead, type DocumentHead } from './document-head.ts';
import type { DocumentProblem, DocumentsRead, FoundObject, SkippedDocument } from './documents.ts';
import { formatPath } from './field-issue.ts';
import type { KindName } from './kinds.ts';
import { type FieldPath, locate, sourceText } from './locate.ts';
import { type PlainValue, plainValue } from './plain-value.ts';
import { mentionsObjects } from './skim-documents.ts';
import { yamlErrorSentence } from './yaml-errors.ts';
import { yamlOptions } from './yaml-options.ts';

interface Place {
  readonly plain: PlainValue;
  /** From the root of the document to the object. */
  readonly path: FieldPath;
  readonly range: FoundObject['documentRange'];
}

interface Found {
  readonly place: Place;
  readonly kind: KindName;
  readonly value: unknown;
  readonly head: DocumentHead;
}

/** Reads one decoded file, document by document. */
export class DocumentReader {
  readonly #objects: FoundObject[] = [];
  readonly #skipped: SkippedDocument[] = [];
  readonly #problems: DocumentProblem[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #defaultNamespace: string;
  readonly #lines = new LineCounter();

  constructor(input: { readonly text: string; readonly file: string; readonly defaultNamespace: string }) {
    this.#text = input.text;
    this.#file = input.file;
    this.#defaultNamespace = input.defaultNamespace;
  }

  read(): DocumentsRead {
    try {
      const documents = parseAllDocuments(this.#text, { ...yamlOptions, lineCounter: this.#lines });
      // An empty text gives no list but an empty stream.
      if (Array.isArray(documents)) for (const document of documents) this.#readDocument(document);
    } catch (error) {
      // The parser is recursive: a text of a hundred thousand brackets ends here.
      if (!(error instanceof RangeError)) throw error;
      this.#report(0, { message: 'the file cannot be read as YAML: the nesting is too deep' });
    }
    const problems = this.#problems.sort((a, b) => a.line - b.line || a.column - b.column);
    return { objects: this.#objects, skipped: this.#skipped, problems };
  }

  #readDocument(document: Document.Parsed): void {
    const [error] = document.errors;
    if (error !== undefined) {
      this.#unparsable(document, error.pos[0], yamlErrorSentence(error.code));
      return;
    }
    if (document.contents === null) return;
    const plain = plainValue(document);
    const [problem] = plain.problems;
    if (problem !== undefined) {
      this.#unparsable(document, problem.offset, problem.message);
      return;
    }
    const [start, , end] = document.range;
    this.#readValue({ plain, path: [], range: { start, end } }, plain.value);
  }

  #unparsable(document: Document.Parsed, offset: number, sentence: string): void {
    const text = this.#text.slice(document.range[0], document.range[2]);
    const message = `the document cannot be read as YAML: ${sentence}`;
    if (mentionsObjects(text)) this.#report(offset, { message });
    else this.#skip(offset, {}, message);
  }

  #readValue(place: Place, value: unknown): void {
    if (value === null) return;
    const head = documentHead(value);
    const kind = classify(head.apiVersion, head.kind);
    const offset = locate(place.plain, place.path, 'value');
    switch (kind.type) {
      case 'skip':
        this.#skip(offset, head, kind.reason);
        break;
      case 'problem':
        this.#report(locate(place.plain, [...place.path, kind.field], 'value'), {
          message: kind.message,
          object: describeHead(head, this.#defaultNamespace),
        });
        break;
      case 'list':
        this.#readList(place, head.items);
        break;
      case 'object':
        if (head.encrypted)
          this.#skip(offset, head, 'encrypted with SOPS: decrypt it, or give the values with --secrets');
        else this.#readObject({ place, kind: kind.kind, value, head });
        break;
    }
  }

  #readList(place: Place, items: unknown): void {
    const path = [...place.path, 'items'];
    if (!Array.isArray(items)) {
      this.#report(locate(place.plain, path, 'value'), {
        message: 'items must be a list of objects',
        field: 'items',
      });
      return;
    }
    for (const [index, item] of items.entries()) this.#readValue({ ...place, path: [...path, index] }, item);
  }

  #readObject(found: Found): void {
    const { place, kind, value, head } = found;
    const checked = checkObject(kind, value, {
      defaultNamespace: this.#defaultNamespace,
      spelling: (path) => sourceText(place.plain, [...place.path, ...path]),
    });
    if (checked.object !== undefined) {
      const { line } = this.#lines.linePos(locate(place.plain, place.path, 'value'));
      this.#objects.push({
        object: checked.object,
        file: this.#file,
        line,
        documentRange: place.range,
        listed: place.path.length > 0,
      });
      return;
    }
    for (const issue of checked.issues) {
      this.#report(locate(place.plain, [...place.path, ...issue.path], issue.at), {
        message: issue.message,
        field: formatPath(issue.path),
        object: describeHead(head, this.#defaultNamespace),
      });
    }
  }

  #skip(offset: number, head: Omit<DocumentHead, 'encrypted'>, reason: string): void {
    const { line } = this.#lines.linePos(offset);
    const { apiVersion = '', kind = '', name = '' } = head;
    this.#skipped.push({ file: this.#file, line, apiVersion, kind, name, reason });
  }

  #report(offset: number, problem: Pick<DocumentProblem, 'message' | 'field' | 'object'>): void {
    const { line, col } = this.#lines.linePos(offset);
    this.#problems.push({ file: this.#file, line, column: col, ...problem });
  }
}
