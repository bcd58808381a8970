import type { SkippedDocument } from './documents.ts';

const ourKinds = 'ImageRepository|ImagePolicy|ImageUpdateAutomation|GitRepository|Secret|Namespace';
const kindLine = new RegExp(`kind["']?[ \\t]*:[^\\n]*\\b(${ourKinds})(List)?\\b`, 'g');

/**
 * True when a text may hold objects of ours, judged without parsing it.
 *
 * People point at whole repositories: thousands of other manifests are passed over at the speed of a search.
 */
export function mayHoldObjects(text: string): boolean {
  return text.includes('toolkit.fluxcd.') || text.search(kindLine) !== -1;
}

/** True when a text that cannot be parsed was surely meant to hold objects of ours: then it must not be passed over. */
export function mentionsObjects(text: string): boolean {
  if (text.includes('image.toolkit.fluxcd.io/')) return true;
  // A Secret or Namespace with template syntax belongs to a Helm chart.
  const templated = text.includes('{{');
  return [...text.matchAll(kindLine)].some(
    ([, kind]) => !templated || (kind !== 'Secret' && kind !== 'Namespace'),
  );
}

/** The documents of a file that holds nothing of ours, named as well as a glance can. */
export function skimDocuments(text: string, file: string): SkippedDocument[] {
  const skipped: SkippedDocument[] = [];
  let line = 1;
  for (const document of text.split(/^---(?=\s|$)/m)) {
    const kind = /^kind:[ \t]*["']?([\w.-]+)/m.exec(document)?.[1];
    if (kind !== undefined) {
      const apiVersion = /^apiVersion:[ \t]*["']?([\w./-]+)/m.exec(document)?.[1] ?? '';
      const name =
        /^metadata:[ \t]*(?:#.*)?\n(?:[ \t].*\n)*?[ \t]+name:[ \t]*["']?([\w.-]+)/m.exec(document)?.[1] ?? '';
      skipped.push({ file, line, apiVersion, kind, name, reason: 'a kind that Tidemark does not handle' });
    }
    line += document.split('\n').length - 1;
  }
  if (skipped.length > 0) return skipped;
  return [{ file, line: 1, apiVersion: '', kind: '', name: '', reason: 'not a Kubernetes object' }];
}
