import { nearestWord } from '../model/nearest-word.ts';
import { apiVersionOf } from './define-kind.ts';
import { isKindName, kindDefinitions, type KindName, kindNames } from './kinds.ts';

/** What to do with a document, judged by its apiVersion and kind. */
export type DocumentClass =
  | { readonly type: 'object'; readonly kind: KindName }
  | { readonly type: 'list' }
  | { readonly type: 'skip'; readonly reason: string }
  | { readonly type: 'problem'; readonly field: 'apiVersion' | 'kind'; readonly message: string };

const imageGroup = 'image.toolkit.fluxcd.io';
const sourceGroup = 'source.toolkit.fluxcd.io';

/** Kinds of Flux's source group that are not ours to judge. */
const otherSourceKinds = ['HelmRepository', 'HelmChart', 'OCIRepository', 'Bucket', 'ExternalArtifact'];

const toolkitKinds = kindNames.filter((name) => kindDefinitions[name].group !== '');

/** Tells our objects from everything else that lies in a folder of manifests. */
export function classify(apiVersion: unknown, kind: unknown): DocumentClass {
  if (typeof kind !== 'string') return { type: 'skip', reason: 'not a Kubernetes object' };
  const version = typeof apiVersion === 'string' ? apiVersion : '';
  if (kind === 'List' || (kind.endsWith('List') && isKindName(kind.slice(0, -'List'.length))))
    return { type: 'list' };
  const [group, ...rest] = version.split('/');
  if (isKindName(kind)) {
    const wanted = apiVersionOf(kindDefinitions[kind]);
    return version === wanted ? { type: 'object', kind } : otherVersion(kind, version);
  }
  if (rest.length > 0 && group === imageGroup) return unknownKind(kind, toolkitKinds, version);
  if (rest.length > 0 && group === sourceGroup && !otherSourceKinds.includes(kind)) {
    return unknownKind(kind, [...toolkitKinds, ...otherSourceKinds], version);
  }
  return { type: 'skip', reason: 'a kind that Tidemark does not handle' };
}

function otherVersion(kind: KindName, version: string): DocumentClass {
  const { group } = kindDefinitions[kind];
  const wanted = apiVersionOf(kindDefinitions[kind]);
  const foreign: DocumentClass = { type: 'skip', reason: 'a kind that Tidemark does not handle' };
  if (version === '' && group !== '') {
    return {
      type: 'problem',
      field: 'kind',
      message: `apiVersion is missing: ${kind} needs apiVersion: ${wanted}`,
    };
  }
  if (group === '' || version === '') return foreign;
  const [itsGroup = '', itsVersion = ''] = version.split('/');
  if (itsGroup !== group) {
    // Other products have an ImagePolicy, too; a slip of the pen is another thing.
    const slip = nearestWord(itsGroup, [group]) !== undefined || itsGroup.endsWith('.fluxcd.io');
    const message = `apiVersion ${version} is not known, did you mean ${wanted}?`;
    return slip ? { type: 'problem', field: 'apiVersion', message } : foreign;
  }
  if (/^v1(alpha|beta)\d+$/.test(itsVersion)) return oldVersion(kind, version);
  const message = `apiVersion ${version} is not known: ${kind} needs apiVersion: ${wanted}`;
  return { type: 'problem', field: 'apiVersion', message };
}

/** What changed on the way to v1, for people who still have the old form. */
const moved: Partial<Record<KindName, string>> = {
  ImageUpdateAutomation:
    'in a messageTemplate use .Changed instead of .Updated; from v1alpha1, checkout, commit and push moved below spec.git',
  ImagePolicy: 'the spec stays as it is; status.latestImage became status.latestRef',
  ImageRepository: 'the spec stays as it is',
  GitRepository: 'spec.gitImplementation and spec.accessFrom are gone; otherwise the spec stays as it is',
};

function oldVersion(kind: KindName, version: string): DocumentClass {
  const wanted = apiVersionOf(kindDefinitions[kind]);
  const message = `apiVersion ${version} is no longer served: write ${wanted} (${moved[kind] ?? 'the spec stays as it is'})`;
  return { type: 'problem', field: 'apiVersion', message };
}

function unknownKind(kind: string, known: readonly string[], version: string): DocumentClass {
  const near = nearestWord(kind, known);
  const hint = near === undefined ? `; known kinds: ${known.join(', ')}` : `, did you mean ${near}?`;
  return { type: 'problem', field: 'kind', message: `there is no kind ${kind} in ${version}${hint}` };
}
