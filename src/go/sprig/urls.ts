import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { DICT, kindOf } from '../template/go-type.ts';
import type { GoMap } from '../template/go-value.ts';
import { makeMap } from '../template/map-keys.ts';
import { FunctionError } from '../template/run.ts';
import { fromUnits, toUnits } from './characters.ts';
import { formatUrl, hostnameOf, parseUrl } from './url.ts';

/** URLs as dicts, and back. */
export const urls: FunctionTable = {
  urlParse: define(['string'], 'any', ([text]) => {
    const parts = parseUrl(toUnits(text));
    const shown = { ...parts, hostname: hostnameOf(parts), userinfo: parts.user ?? '' };
    const names = ['scheme', 'host', 'hostname', 'path', 'query', 'opaque', 'fragment', 'userinfo'] as const;
    return makeMap(
      DICT,
      names.map((name) => [name, fromUnits(shown[name])]),
    );
  }),
  urlJoin: define(['dict'], 'string', ([dict]) => {
    const part = (name: string): string => toUnits(textIn(dict, name));
    const parts = {
      scheme: part('scheme'),
      host: part('host'),
      path: part('path'),
      query: part('query'),
      opaque: part('opaque'),
      fragment: part('fragment'),
    };
    const user = part('userinfo');
    return fromUnits(
      formatUrl({ ...parts, user: user === '' ? undefined : parseUrl(`proto://${user}@host`).user }),
    );
  }),
};

function textIn(dict: GoMap, name: string): string {
  const entry = dict.entries.get(name);
  if (entry === undefined) return '';
  if (typeof entry.value === 'string') return entry.value;
  throw new FunctionError(
    `unable to parse ${name} key, must be of type string, but ${kindOf(entry.value)} found`,
  );
}
