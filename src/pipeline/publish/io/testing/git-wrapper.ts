import { randomUUID } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A `git` that runs `script` first (shell, `$*` are the arguments), and then the real one unless the script has ended. */
export function wrapGit(folder: string, script: string): string {
  const file = join(folder, `git-${randomUUID()}`);
  writeFileSync(file, `#!/bin/sh\n${script}\nexec git "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}
