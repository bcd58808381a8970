/** Writes the generated files, or with `--check` says which are stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GeneratedFile } from './generated/generated-file.ts';
import { generatedFiles } from './generated/registry.ts';

/** The files whose text on disk is not what the sources say, with the text they should have. `read` returns undefined for a missing file. */
export async function staleFiles(
  files: readonly GeneratedFile[],
  read: (path: string) => string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const stale = new Map<string, string>();
  for (const { path, render } of files) {
    const text = await render();
    if (read(path) !== text) stale.set(path, text);
  }
  return stale;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  const stale = await staleFiles(generatedFiles, readIfThere);
  for (const [path, text] of stale) {
    if (isCheck) {
      console.error(`${path}:1: is stale: run "npm run generate" and commit the result`);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${path}`);
  }
  console.log(`generate: ${generatedFiles.length} files, ${stale.size} ${isCheck ? 'stale' : 'written'}`);
  process.exitCode = isCheck && stale.size > 0 ? 1 : 0;
}
