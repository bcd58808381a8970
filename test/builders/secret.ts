import type { Secret } from '../../src/api/secret.ts';
import { build } from './build.ts';

/** A Secret `apps/<name>` with values given as text. */
export function secret(
  name: string,
  values: Readonly<Record<string, string>>,
  { namespace = 'apps', type = 'Opaque' }: { readonly namespace?: string; readonly type?: string } = {},
): Secret {
  return build('Secret', { type, stringData: values }, { name, namespace });
}
