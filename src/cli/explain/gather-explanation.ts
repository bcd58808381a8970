import type { ImagePolicy } from '../../api/image-policy.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { Home } from '../../app/home.ts';
import type { Preview } from '../../controllers/image-update-automation/preview-automation.ts';
import { messageOf } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import { explainSelection } from '../../pipeline/select/explain-selection.ts';
import type { Selection } from '../../pipeline/select/select.ts';
import { readinessOf } from '../../views/readiness.ts';

/** A marker of the policy, and what stands there now. */
export interface Use {
  readonly automation: string;
  readonly branch: string;
  readonly file: string;
  readonly line: number;
  readonly part: string;
  readonly value: string;
  readonly current: boolean;
}

/** Everything that `explain policy` tells. */
export interface Explanation {
  readonly policy: ImagePolicy;
  readonly tag: string | undefined;
  /** Absent when there was nothing to select from; the obstacles say why. */
  readonly selection: Selection | undefined;
  readonly sentences: readonly string[];
  readonly uses: readonly Use[];
  readonly obstacles: readonly string[];
}

interface Question {
  readonly policy: ImagePolicy;
  readonly tag: string | undefined;
  readonly signal: AbortSignal;
}

export async function gatherExplanation(home: Home, { policy, tag, signal }: Question): Promise<Explanation> {
  const obstacles: string[] = [];
  const selection = await home.inspect(policy, { tag, signal }).catch((error: unknown) => {
    obstacles.push(messageOf(error));
    return undefined;
  });
  obstacles.push(...(await upstreamObstacles(home, policy)));
  const { namespace } = policy.metadata;
  const { items } = await home.objects.list('ImageUpdateAutomation', { namespace });
  const looks = await Promise.all(items.map((automation) => look(home, { automation, policy, signal })));
  const uses = looks.flatMap((seen) => seen.uses);
  obstacles.push(...looks.flatMap((seen) => seen.obstacles));
  if (uses.length === 0) obstacles.push(noMarker(policy, items.length));
  const sentences = selection === undefined ? [] : [...explainSelection(selection, { tag })];
  return { policy, tag, selection, sentences, uses, obstacles };
}

async function upstreamObstacles(home: Home, policy: ImagePolicy): Promise<readonly string[]> {
  const obstacles: string[] = [];
  const { imageRepositoryRef } = policy.spec;
  const key = {
    namespace: imageRepositoryRef.namespace ?? policy.metadata.namespace,
    name: imageRepositoryRef.name,
  };
  const repository = await home.objects.get('ImageRepository', key);
  if (repository?.spec.suspend === true)
    obstacles.push(`ImageRepository ${formatKey(key)} is suspended: new tags are not looked for`);
  else if (repository !== undefined) obstacles.push(...unready('ImageRepository', repository));
  if (policy.spec.suspend === true)
    obstacles.push(`ImagePolicy ${formatKey(policy.metadata)} is suspended: its selection stays as it is`);
  else obstacles.push(...unready('ImagePolicy', policy));
  return obstacles;
}

function unready(kind: string, object: Parameters<typeof readinessOf>[0]): readonly string[] {
  const { status, message } = readinessOf(object);
  return status === 'True' ? [] : [`${kind} ${formatKey(object.metadata)} is not ready: ${message}`];
}

async function look(
  home: Home,
  { automation, policy, signal }: Omit<Question, 'tag'> & { readonly automation: ImageUpdateAutomation },
): Promise<{ readonly uses: readonly Use[]; readonly obstacles: readonly string[] }> {
  const name = formatKey(automation.metadata);
  try {
    const preview = await home.preview(automation, signal);
    const uses = usesOf(policy, preview);
    return { uses, obstacles: uses.length === 0 ? [] : automationObstacles(automation, preview, uses) };
  } catch (error) {
    return { uses: [], obstacles: [`ImageUpdateAutomation ${name}: ${messageOf(error)}`] };
  }
}

function usesOf(policy: ImagePolicy, preview: Preview): readonly Use[] {
  const setter = `${policy.metadata.namespace}:${policy.metadata.name}`;
  const { automation, branch } = preview;
  const ref = policy.status?.latestRef;
  const wanted: Readonly<Record<string, string | undefined>> = {
    tag: ref?.tag,
    name: ref?.name,
    digest: ref === undefined ? undefined : (ref.digest ?? ''),
    image:
      ref === undefined
        ? undefined
        : `${ref.name}:${ref.tag}${ref.digest === undefined ? '' : `@${ref.digest}`}`,
  };
  return preview.uses
    .filter((use) => use.policy === setter)
    .map(({ file, line, part, value }) => ({
      automation: formatKey(automation.metadata),
      branch,
      file,
      line,
      part,
      value,
      current: value === wanted[part],
    }));
}

function automationObstacles(
  automation: ImageUpdateAutomation,
  { branch }: Preview,
  uses: readonly Use[],
): readonly string[] {
  const name = formatKey(automation.metadata);
  const obstacles: string[] = [];
  if (automation.spec.suspend === true)
    obstacles.push(`ImageUpdateAutomation ${name} is suspended: nothing is committed`);
  else obstacles.push(...unready('ImageUpdateAutomation', automation));
  const behind = uses.filter(({ current }) => !current).length;
  if (behind > 0) {
    obstacles.push(
      `${behind === 1 ? 'one value is' : `${behind} values are`} still to be committed to branch '${branch}' by ${name}: see tidemark diff ${automation.metadata.name}`,
    );
  }
  return obstacles;
}

function noMarker({ metadata }: ImagePolicy, automations: number): string {
  const marker = `{"$imagepolicy": "${metadata.namespace}:${metadata.name}"}`;
  return automations === 0
    ? `no ImageUpdateAutomation in namespace '${metadata.namespace}' could write it to Git`
    : `no marker ${marker} was found below the update paths of the automations of namespace '${metadata.namespace}'`;
}
