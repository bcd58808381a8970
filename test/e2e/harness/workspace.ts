import { mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own for one test, gone when the test ends. */
export interface Workspace {
  readonly root: string;
  /** The absolute path of `name` inside. */
  path(...name: string[]): string;
  /** Writes a file as an editor does that never leaves half of one: beside it, then renamed into place. */
  write(name: string, text: string | Uint8Array): string;
  read(name: string): string;
  makeFolder(name: string): string;
}

/** What a workspace needs of a test, or of whoever stands in for one in a suite's `before`. */
export interface Lifetime {
  after(end: () => unknown): void;
  diagnostic(text: string): void;
}

/** With `TIDEMARK_KEEP=1` in the environment the folder stays, and its path is printed. */
export function createWorkspace(t: Lifetime): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-e2e-'));
  t.after(() => {
    if (process.env['TIDEMARK_KEEP'] === '1') t.diagnostic(`kept ${root}`);
    else rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const path = (...name: string[]): string => join(root, ...name);
  return {
    root,
    path,
    write: (name, text) => {
      const target = path(name);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(`${target}.writing~`, text);
      renameSync(`${target}.writing~`, target);
      return target;
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    makeFolder: (name) => {
      mkdirSync(path(name), { recursive: true });
      return path(name);
    },
  };
}
