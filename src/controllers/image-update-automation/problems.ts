import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { ImageRef } from '../../model/image-ref.ts';
import type { MarkerReading } from '../../pipeline/update/read-markers.ts';
import type { FileUpdate } from '../../pipeline/update/update-file.ts';
import type { Policies } from './gather.ts';

/** Something in a file that keeps a marker from doing its work. */
export interface Problem {
  readonly file: string;
  readonly line?: number | undefined;
  readonly message: string;
}

/** What the policies of an automation's namespace have to give. */
export interface Selections {
  readonly automation: ImageUpdateAutomation;
  readonly policies: Policies;
  /** By `namespace:name`, only those that are sound. */
  readonly refs: ReadonlyMap<string, ImageRef>;
}

const shown = 3;

/** Everything that a person should know about the markers of one file. */
export function markerProblems(
  {
    path,
    reading,
    update,
  }: { readonly path: string; readonly reading: MarkerReading; readonly update: FileUpdate },
  drafting: Selections,
): readonly Problem[] {
  if (reading.unreadable !== undefined) {
    return [{ file: path, line: reading.unreadable.line, message: reading.unreadable.message }];
  }
  if (update.refused !== undefined)
    return [{ file: path, line: update.refused.line, message: update.refused.message }];
  const silent = reading.markers.flatMap(({ namespace, name, line }) => {
    const message = silenceOf({ namespace, name }, drafting);
    return message === undefined ? [] : [{ file: path, line, message }];
  });
  // A warning may be meant so: `markers lint` tells it, a status does not.
  const misplaced = reading.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ line, message }) => ({ file: path, line, message }));
  return [...misplaced, ...silent];
}

/** Why no value comes for a marker's policy; undefined when one does, or will. */
function silenceOf(
  policy: { readonly namespace: string; readonly name: string },
  { automation, policies, refs }: Selections,
): string | undefined {
  const { namespace } = automation.metadata;
  const text = `${policy.namespace}:${policy.name}`;
  if (refs.has(text)) return undefined;
  if (policy.namespace !== namespace) {
    return `marker names policy '${text}', and an automation only uses policies of its own namespace '${namespace}'`;
  }
  if (policies.considered.has(policy.name))
    return `policy '${text}' selects an image reference that cannot be parsed`;
  switch (policies.silent.get(policy.name)) {
    case 'failing':
      return `policy '${text}' has not selected a tag yet`;
    case 'unselected':
    case 'pending':
      return undefined;
    case undefined:
      return `marker names policy '${text}', which does not exist`;
  }
}

/** The problems in one sentence, for a status message; empty when there are none. */
export function describeProblems(problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  const lines = problems
    .slice(0, shown)
    .map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`);
  const more = problems.length > shown ? `; and ${problems.length - shown} more` : '';
  return `${lines.join('; ')}${more}`;
}
