import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { frameObject, type NewObject, type ObjectFormat } from '../git-object.ts';
import { encodePack } from '../pack-file.ts';

const FASTEST = 1;
const mostLoose = 24;
const largestPack = 512 * 1024 * 1024;

/**
 * Puts objects into a repository without a process for it: a few as loose files, many as one pack.
 *
 * Each file appears whole under its name or not at all. Nothing is synced: a mirror that a power cut damaged is built anew.
 * The work is synchronous because it is short, and ten times slower when each step of it goes through the thread pool.
 */
export function writeObjects(directory: string, objects: readonly NewObject[], format: ObjectFormat): void {
  const bytes = objects.reduce((sum, { body }) => sum + body.length, 0);
  if (objects.length > mostLoose && bytes < largestPack) writePack(directory, objects, format);
  else for (const object of objects) writeLoose(directory, object);
}

function writePack(directory: string, objects: readonly NewObject[], format: ObjectFormat): void {
  const { name, pack, index } = encodePack(objects, format);
  const file = join(directory, 'objects/pack', `pack-${name}`);
  // Git finds a pack by its index, so that one comes last.
  writeWhole(`${file}.pack`, pack);
  writeWhole(`${file}.idx`, index);
}

function writeLoose(directory: string, { id, type, body }: NewObject): void {
  const folder = join(directory, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  writeWhole(file, deflateSync(frameObject(type, body), { level: FASTEST }));
}

function writeWhole(file: string, bytes: Buffer): void {
  const temporary = join(file, '..', `tmp_obj_${randomUUID()}`);
  try {
    writeFileSync(temporary, bytes, { mode: 0o444 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
