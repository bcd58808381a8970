import { markerCountAnnotation } from '../api/annotations.ts';
import type { GitRef, GitRepository } from '../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../api/image-update-automation.ts';
import { policyRule } from './policy-rule.ts';
import { readinessOf } from './readiness.ts';
import type { ShownKind, ShownObject } from './shown-kinds.ts';

/** What a kind shows beside its name. `more` is for wide tables. */
export interface ObjectColumns<T> {
  readonly names: readonly string[];
  readonly more: readonly string[];
  cells(object: T): readonly string[];
  moreCells(object: T): readonly string[];
}

/** The columns of each kind: those of `flux get`, and what a person wants next. */
export const objectColumns: { readonly [K in ShownKind]: ObjectColumns<ShownObject<K>> } = {
  ImageRepository: {
    names: ['last scan', 'suspended', 'ready', 'message'],
    more: ['image', 'tags'],
    cells: (object) => [object.status?.lastScanResult?.scanTime ?? '', suspended(object), ...ready(object)],
    moreCells: ({ spec, status }) => [spec.image, String(status?.lastScanResult?.tagCount ?? '')],
  },
  ImagePolicy: {
    names: ['image', 'tag', 'ready', 'message'],
    more: ['previous tag', 'digest', 'rule'],
    cells: (object) => [
      object.status?.latestRef?.name ?? '',
      object.status?.latestRef?.tag ?? '',
      ...ready(object),
    ],
    moreCells: ({ spec, status }) => [
      status?.observedPreviousRef?.tag ?? '',
      status?.latestRef?.digest ?? '',
      policyRule(spec),
    ],
  },
  ImageUpdateAutomation: {
    names: ['last run', 'suspended', 'ready', 'message'],
    more: ['last commit', 'branch', 'markers'],
    cells: (object) => [object.status?.lastAutomationRunTime ?? '', suspended(object), ...ready(object)],
    moreCells: (object) => [
      (object.status?.lastPushCommit ?? '').slice(0, 8),
      pushBranch(object),
      object.metadata.annotations?.[markerCountAnnotation] ?? '',
    ],
  },
  GitRepository: {
    names: ['revision', 'suspended', 'ready', 'message'],
    more: ['url', 'ref'],
    cells: (object) => [
      shortHex(object.status?.artifact?.revision ?? ''),
      suspended(object),
      ...gitReady(object),
    ],
    moreCells: ({ spec }) => [spec.url, refText(spec.ref)],
  },
};

function ready(object: ShownObject): readonly [string, string] {
  const { status, message } = readinessOf(object);
  return [status, message];
}

/** Without a cluster nothing reconciles a GitRepository: it is there for its settings. */
function gitReady(object: GitRepository): readonly [string, string] {
  if (object.status?.conditions === undefined) return ['-', 'read by automations'];
  const [status, message] = ready(object);
  return [status, shortHex(message)];
}

function suspended(object: ShownObject): string {
  return object.spec.suspend === true ? 'True' : 'False';
}

function pushBranch({ spec }: ImageUpdateAutomation): string {
  return spec.git?.push?.branch ?? spec.git?.checkout?.ref.branch ?? '';
}

/** What is checked out, in the order in which it counts. */
function refText(ref: GitRef | undefined): string {
  return ref?.commit ?? ref?.name ?? ref?.tag ?? ref?.semver ?? ref?.branch ?? 'master';
}

/** Long hashes are cut to eight digits. */
function shortHex(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{40,128}\b/g, (hex) => hex.slice(0, 8));
}
