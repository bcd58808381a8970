import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/**
 * Replaces the content of a file at once: whoever reads it, and whatever happens, it is the old bytes or the new.
 *
 * The mode stays, and so does a link that leads to it. Throws the system's error. Names need not be UTF-8.
 */
export function replaceFile(location: Buffer, bytes: Buffer): void {
  const target = realpathSync(location, { encoding: 'buffer' });
  const { mode } = statSync(target);
  const draft = Buffer.concat([
    target.subarray(0, target.lastIndexOf('/') + 1),
    Buffer.from(`.tidemark-${process.pid}`),
  ]);
  try {
    const file = openSync(draft, 'w', mode & 0o777);
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
