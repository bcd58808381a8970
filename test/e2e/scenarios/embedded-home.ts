import { rmSync } from 'node:fs';
import { stringify } from 'yaml';
import { tidemarkIn, type Tidemark } from '../harness/tidemark.ts';
import type { Workspace } from '../harness/workspace.ts';
import type { AnObject, Home, ObjectName } from './home.ts';
import { mergePatch } from './merge-patch.ts';
import { eventsIn, statusesIn } from './object-lists.ts';

/** The embedded home: objects are YAML files in a folder, one each, and `tidemark run` watches them. */
export function embeddedHome(workspace: Workspace, tidemark: Tidemark = tidemarkIn(workspace)): Home {
  const folder = workspace.makeFolder('objects');
  const where = ['-f', folder, '--state', workspace.path('state')];
  const objects = new Map<string, AnObject>();
  let running: ReturnType<Tidemark['start']> | undefined;

  const fileOf = ({ kind, namespace, name }: ObjectName): string =>
    `${kind}-${namespace}-${name}.yaml`.toLowerCase();
  const save = (object: AnObject): void => {
    const name = nameOf(object);
    objects.set(fileOf(name), object);
    workspace.write(`objects/${fileOf(name)}`, stringify(object));
  };
  const query = async (...args: string[]): Promise<unknown> => {
    running?.assertAlive();
    const { code, stdout, stderr } = await tidemark.run(...args, '-A', '-o', 'json', ...where);
    if (code === 2 || code === null) throw new Error(`tidemark ${args.join(' ')}: exit ${code}: ${stderr}`);
    return JSON.parse(stdout);
  };

  return {
    apply: async (added) => {
      for (const object of added) save(object);
      running ??= tidemark.start(
        'run',
        ...where,
        '--listen',
        'off',
        '--log-format',
        'json',
        '--log-level',
        'debug',
      );
    },
    patch: async (name, patch) => {
      const object = objects.get(fileOf(name));
      if (object === undefined) throw new Error(`there is no ${fileOf(name)} to patch`);
      save(mergePatch(object, patch) as AnObject);
    },
    delete: async (name) => {
      objects.delete(fileOf(name));
      rmSync(`${folder}/${fileOf(name)}`);
    },
    statuses: async () => statusesIn(await query('get', 'image', 'all')),
    events: async () => eventsIn(await query('events')),
    stop: async () => {
      await running?.stop();
    },
  };
}

export function nameOf({ kind, metadata }: AnObject): ObjectName {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}
