import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Canaries, Leak } from './canaries.ts';
import type { Workspace } from './workspace.ts';

/** Stands in front of `git` and sees every moment in which a credential could be visible to others. */
export interface GitGuard {
  /** Put this first in the program's PATH. */
  readonly folder: string;
  /** How many git processes were started. */
  calls(): number;
  /** Secrets in the arguments of git and of git's own children, and in files that existed while git was being started. */
  leaks(): readonly Leak[];
  /** What each git process was given: its arguments, and after them its environment, one a line. */
  processes(): readonly string[];
}

/** `watched` are folders, relative to the workspace, in which temporary files may turn up. */
export function guardGit(workspace: Workspace, canaries: Canaries, watched: readonly string[]): GitGuard {
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const seen = (name: string): string => workspace.path('guard', name);
  workspace.write('guard/patterns', canaries.patterns);
  const folders = watched.map((folder) => `'${workspace.makeFolder(folder)}'`).join(' ');
  const script = workspace.write(
    'guard/bin/git',
    `#!/bin/sh
printf '%s\\n' "git $*" >> '${seen('arguments')}'
{ printf '%s\\n' "git $*"; env; } > "${workspace.makeFolder('guard/processes')}/$$"
grep -rlaF -f '${seen('patterns')}' ${folders} >> '${seen('files')}' 2>/dev/null
GIT_TRACE2_EVENT='${seen('children')}' exec '${real}' "$@"
`,
  );
  chmodSync(script, 0o755);
  const text = (name: string): string => (existsSync(seen(name)) ? readFileSync(seen(name), 'utf8') : '');
  return {
    folder: workspace.path('guard', 'bin'),
    calls: () =>
      text('arguments')
        .split('\n')
        .filter((line) => line.startsWith('git ')).length,
    processes: () =>
      readdirSync(seen('processes')).map((name) => readFileSync(join(seen('processes'), name), 'utf8')),
    leaks: () => [
      ...canaries.searchBytes('arguments of git', text('arguments')),
      ...canaries.searchBytes('arguments of the children of git', text('children')),
      ...text('files')
        .split('\n')
        .filter(Boolean)
        .map((where) => ({ secret: '(one of them)', form: 'in a file while git was started', where })),
    ],
  };
}
