import type { Kinds, ReconciledKind } from '../api/kinds.ts';
import type { Home } from '../app/home.ts';
import { TidemarkError } from '../model/errors.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import type { ImageNoun } from './nouns.ts';
import type { Output } from './output.ts';

export const namesArgument = [{ spec: '[names...]', help: 'which objects' }];

/** The objects that a person names, or all of the namespace; and the names that name nothing. */
export async function namedObjects(
  home: Home,
  { kind, words }: ImageNoun,
  {
    names,
    all,
    namespace,
  }: { readonly names: readonly string[]; readonly all: boolean; readonly namespace: string },
): Promise<{ readonly found: readonly Kinds[ReconciledKind][]; readonly missing: readonly string[] }> {
  if ((names.length === 0) !== all) {
    throw new TidemarkError('UsageError', `say which ${words} objects: either names or --all`);
  }
  const [only, ...more] = names;
  const one = more.length === 0 && only !== undefined ? { name: only } : {};
  const { items } = await home.objects.list(kind, { namespace, ...one });
  const found = all ? items : items.filter(({ metadata }) => names.includes(metadata.name));
  const missing = names.filter((name) => !items.some(({ metadata }) => metadata.name === name));
  return { found, missing };
}

/** Says what was not found: then not everything could be done. */
export function reportMissing(
  missing: readonly string[],
  { noun, namespace }: { readonly noun: ImageNoun; readonly namespace: string },
  out: Output,
): ExitCode {
  for (const name of missing) out.say('failed', `${noun.kind} ${name} not found in ${namespace} namespace`);
  return missing.length > 0 ? exitCodes.failed : exitCodes.done;
}
