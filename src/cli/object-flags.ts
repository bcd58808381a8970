import { choice, textOr, toggle } from './flags.ts';

/** Flags of commands that look at objects. */
export const scopeFlags = {
  namespace: textOr('-n, --namespace <name>', 'namespace of the objects', 'flux-system'),
  allNamespaces: toggle('-A, --all-namespaces', 'objects of all namespaces'),
};

export const objectOutput = choice('-o, --output <format>', 'how to print objects', [
  'table',
  'wide',
  'json',
  'yaml',
  'name',
]);

export const noHeader = toggle('--no-header', 'leave out the names of the columns');
