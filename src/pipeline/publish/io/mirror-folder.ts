import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObjectId, type ObjectFormat } from '../git-object.ts';

const TRACKED = 'refs/tidemark';
const UNUSED_MS = 30 * 24 * 3600 * 1000;

/** What is known of a mirror that lies on the disk. */
export interface MirrorState {
  readonly format: ObjectFormat;
  /** Commits by the name of their tracking ref: fetched or written in full. */
  readonly tracked: ReadonlyMap<string, string>;
}

/** The name under which the mirror keeps a ref of the remote: a hash, so that no two can stand in each other's way. */
export function trackingRef(ref: string): string {
  return `${TRACKED}/${createHash('sha256').update(ref).digest('hex').slice(0, 40)}`;
}

/** Creates an empty bare repository: whole under its name, or not at all. Its description says what it mirrors. */
export async function createMirror(
  directory: string,
  { url, format }: { readonly url: string; readonly format: ObjectFormat },
): Promise<void> {
  const fresh = `${directory}.new`;
  await rm(fresh, { recursive: true, force: true });
  for (const folder of ['objects/info', 'objects/pack', TRACKED]) {
    await mkdir(join(fresh, folder), { recursive: true, mode: 0o700 });
  }
  const version = format === 'sha1' ? 0 : 1;
  const extensions = format === 'sha1' ? '' : '[extensions]\n\tobjectformat = sha256\n';
  await writeFile(
    join(fresh, 'config'),
    `[core]\n\trepositoryformatversion = ${version}\n\tbare = true\n${extensions}`,
  );
  await writeFile(join(fresh, 'description'), `Tidemark's mirror of ${url}\n`);
  await writeFile(join(fresh, 'HEAD'), 'ref: refs/heads/none\n');
  await removeMirror(directory);
  await rename(fresh, directory);
}

/** Reads the state of a mirror after clearing what a crash left behind; undefined when there is none, or a damaged one. */
export async function readMirror(directory: string, now: Date): Promise<MirrorState | undefined> {
  try {
    const config = await readFile(join(directory, 'config'), 'utf8');
    if (!/^\tbare = true$/m.test(config)) return undefined;
    await utimes(join(directory, 'HEAD'), now, now);
    await clearLeftovers(directory);
    const tracked = new Map<string, string>();
    for (const name of await readdir(join(directory, TRACKED))) {
      const id = await readTracked(directory, `${TRACKED}/${name}`);
      if (id === undefined) return undefined;
      tracked.set(`${TRACKED}/${name}`, id);
    }
    return { format: /objectformat = sha256/.test(config) ? 'sha256' : 'sha1', tracked };
  } catch {
    return undefined;
  }
}

/** The object that a tracking ref points at. */
export async function readTracked(directory: string, tracking: string): Promise<string | undefined> {
  const id = (await readFile(join(directory, tracking), 'utf8').catch(() => '')).trim();
  return isObjectId(id) ? id : undefined;
}

export async function writeTracked(directory: string, tracking: string, commit: string): Promise<void> {
  const temporary = join(directory, `tidemark-${randomUUID()}`);
  await writeFile(temporary, `${commit}\n`);
  await rename(temporary, join(directory, tracking));
}

/** Removes a mirror: out of the way at once, from the disk after that. */
export async function removeMirror(directory: string): Promise<void> {
  const aside = `${directory}.old-${randomUUID()}`;
  const moved = await rename(directory, aside).then(
    () => true,
    () => false,
  );
  if (moved) await rm(aside, { recursive: true, force: true });
}

/** Removes what no crash should leave for ever: half-made and half-removed mirrors, files of keys, and mirrors that nobody used for a month. */
export async function sweepMirrors(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (name === 'home') await clearFolder(path);
    else if (/\.new$|\.old-/.test(name) || (await isUnused(path, now)))
      await rm(path, { recursive: true, force: true });
  }
}

async function isUnused(mirror: string, now: Date): Promise<boolean> {
  const head = await stat(join(mirror, 'HEAD')).catch(() => undefined);
  return head !== undefined && now.getTime() - head.mtimeMs > UNUSED_MS;
}

async function clearLeftovers(directory: string): Promise<void> {
  await clearFolder(directory, /\.lock$|^tidemark-/);
  await clearFolder(join(directory, TRACKED), /\.lock$/);
  await clearFolder(join(directory, 'objects/pack'), /^tmp_|^\.tmp-/);
}

async function clearFolder(folder: string, which = /(?:)/): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (which.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
