import { checkObject } from '../api/check-object.ts';
import { apiVersionOf } from '../api/define-kind.ts';
import { kindDefinitions, type Kinds } from '../api/kinds.ts';
import { formatDuration, parseDuration } from '../go/duration.ts';
import { encodeYaml } from '../go/yaml/encode-yaml.ts';
import { TidemarkError } from '../model/errors.ts';
import type { ShownKind } from '../views/shown-kinds.ts';
import { duration, type FlagValues, list, text, toggle } from './flags.ts';
import { ambientFlag, homeFlags } from './home-flags.ts';
import { scopeFlags } from './object-flags.ts';

/** Flags of every command that creates an object. */
export const createFlags = {
  namespace: scopeFlags.namespace,
  interval: text('--interval <duration>', 'how often to look (default: 1m)'),
  label: list('--label <key=value>', 'labels of the object, also several with commas between them'),
  export: toggle('--export', 'print the YAML, and touch nothing'),
  timeout: duration('--timeout <duration>', 'how long to wait for the first run', '5m'),
  ...homeFlags,
  ...ambientFlag,
};

export type CreateFlags = FlagValues<typeof createFlags>;

/** An object as a person has described it with flags: without defaults, so that its YAML is as short as it can be. */
export interface Drafted<K extends ShownKind> {
  readonly kind: K;
  readonly name: string;
  /** Undefined fields are left out. */
  readonly spec: object;
}

/** Checks a draft against its schema, and returns the object. Throws `UsageError` with all that is wrong. */
export function buildObject<K extends ShownKind>(
  { kind, name, spec }: Drafted<K>,
  flags: CreateFlags,
): Kinds[K] {
  const labels = readLabels(flags.label);
  const written = {
    apiVersion: apiVersionOf(kindDefinitions[kind]),
    kind,
    metadata: { name, namespace: flags.namespace, ...(labels && { labels }) },
    spec: withoutUndefined(spec),
  };
  const { issues } = checkObject(kind, written, { defaultNamespace: flags.namespace });
  if (issues !== undefined) {
    throw new TidemarkError('UsageError', issues.map(({ message }) => message).join('\n'));
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema has just vouched for it; defaults are left to whoever reads it
  return written as unknown as Kinds[K];
}

/** The object as `flux create ... --export` prints it. */
export function exportDraft({ apiVersion, kind, metadata, spec }: Kinds[ShownKind]): string {
  const { name, namespace, labels } = metadata;
  return `---\n${encodeYaml({ apiVersion, kind, metadata: { labels, name, namespace }, spec })}`;
}

/** `--interval`, or a minute. */
export function intervalOf({ interval = '1m' }: Pick<CreateFlags, 'interval'>): string {
  return goDuration(interval, '--interval');
}

/** A duration as Go writes it: `10m` is `10m0s`. */
export function goDuration(text: string, flag: string): string {
  try {
    return formatDuration(parseDuration(text));
  } catch (error) {
    throw new TidemarkError(
      'UsageError',
      `${flag} takes a duration such as 30s, 5m or 1h30m, got "${text}"`,
      { cause: error },
    );
  }
}

/** Throws `UsageError` when a flag that has to be given is not. */
export function required(value: string | undefined, sentence: string): string {
  if (value === undefined || value === '') throw new TidemarkError('UsageError', sentence);
  return value;
}

/** A reference by name, if there is one. */
export function reference(name: string | undefined): { readonly name: string } | undefined {
  return name === undefined ? undefined : { name };
}

/** `--label key=value,...`, or undefined when none is given. */
export function readLabels(given: readonly string[]): Record<string, string> | undefined {
  const pairs = given.flatMap((text) => text.split(',')).filter((text) => text !== '');
  const labels = pairs.map((pair): [string, string] => {
    const [key = '', value, ...more] = pair.split('=');
    if (key === '' || value === undefined || more.length > 0) {
      throw new TidemarkError('UsageError', `--label takes key=value, got "${pair}"`);
    }
    return [key, value];
  });
  return labels.length === 0 ? undefined : Object.fromEntries(labels);
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutUndefined(field)]));
}
