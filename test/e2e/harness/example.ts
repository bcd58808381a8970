import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Files } from './bare-repository.ts';
import type { Workspace } from './workspace.ts';

/** The addresses that stand in for those of the example's README. */
export interface Addresses {
  /** Instead of `registry.example.com`. */
  readonly registry: string;
  /** Instead of `https://git.example.com/team/fleet.git`. */
  readonly gitUrl: string;
}

const example = fileURLToPath(new URL('../../../examples/three-environments', import.meta.url));

/** The example's objects as they are, by file. */
export function exampleObjects(): Files {
  return filesBelow('objects');
}

/** What stands in the example's Git repository, as it is. */
export function exampleRepository(): Files {
  return filesBelow('repository');
}

/** Copies the example's objects into `objects/` of the workspace, with the addresses filled in. */
export function layOutObjects(workspace: Workspace, addresses: Addresses): string {
  for (const [file, text] of Object.entries(filesBelow('objects'))) {
    workspace.write(join('objects', file), fillIn(text, addresses));
  }
  return workspace.path('objects');
}

/** What stands in the example's Git repository, with the addresses filled in. */
export function exampleFiles(addresses: Addresses): Files {
  const files = filesBelow('repository');
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, fillIn(text, addresses)]));
}

function fillIn(text: string, { registry, gitUrl }: Addresses): string {
  return text
    .replaceAll('registry.example.com', registry)
    .replaceAll('https://git.example.com/team/fleet.git', gitUrl);
}

function filesBelow(folder: string): Files {
  const root = join(example, folder);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(root.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}
