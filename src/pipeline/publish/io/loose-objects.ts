import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { frameObject, type ObjectType } from '../git-object.ts';

export interface NewObject {
  readonly id: string;
  readonly type: ObjectType;
  readonly body: Buffer;
}

const deflated = promisify(deflate);
const FASTEST = 1;

/**
 * Writes objects as loose files, the way `git hash-object -w` does, without a process for it.
 *
 * Each file appears whole under its name or not at all. Nothing is synced: a mirror that a power cut damaged is built anew.
 */
export async function writeLooseObjects(directory: string, objects: readonly NewObject[]): Promise<void> {
  const folders = new Set(objects.map(({ id }) => join(directory, 'objects', id.slice(0, 2))));
  await Promise.all([...folders].map(async (folder) => mkdir(folder, { recursive: true })));
  await Promise.all(objects.map(async (object) => writeOne(directory, object)));
}

async function writeOne(directory: string, { id, type, body }: NewObject): Promise<void> {
  const folder = join(directory, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (await exists(file)) return;
  const temporary = join(folder, `tmp_obj_${randomUUID()}`);
  try {
    await writeFile(temporary, await deflated(frameObject(type, body), { level: FASTEST }), { mode: 0o444 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
