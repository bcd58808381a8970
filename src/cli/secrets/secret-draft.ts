import { checkObject } from '../../api/check-object.ts';
import { mergeStringData, type Secret } from '../../api/secret.ts';
import { encodeYaml } from '../../go/yaml/encode-yaml.ts';
import { TidemarkError } from '../../model/errors.ts';

/** A Secret as flags and files have described it. */
export interface SecretDraft {
  /** Left out where Flux leaves it out; then it is Opaque. */
  readonly type?: string;
  readonly stringData: Readonly<Record<string, string>>;
}

export interface SecretHead {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
}

/** The Secret of a draft. Throws `UsageError` for a name that no object can have. */
export function buildSecret({ name, namespace, labels }: SecretHead, draft: SecretDraft): Secret {
  const metadata = { name, namespace, ...(labels && { labels: { ...labels } }) };
  const { type = 'Opaque', stringData } = draft;
  const written = { apiVersion: 'v1', kind: 'Secret', metadata, type, data: mergeStringData({}, stringData) };
  const { object, issues } = checkObject('Secret', written, { defaultNamespace: namespace });
  if (object !== undefined) return object;
  throw new TidemarkError('UsageError', issues.map(({ message }) => message).join('\n'));
}

/** The Secret as `flux create secret ... --export` prints it. */
export function exportSecret({ name, namespace, labels }: SecretHead, draft: SecretDraft): string {
  const { type, stringData } = draft;
  return `---\n${encodeYaml({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { labels, name, namespace },
    stringData,
    type,
  })}`;
}
