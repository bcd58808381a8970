import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import type { Canaries, Leak } from './canaries.ts';
import type { Workspace } from './workspace.ts';

/** Stands in front of `ssh` and looks around at every moment in which it is started: a login is under way then. */
export interface SshGuard {
  /** Put this first in the program's PATH. */
  readonly folder: string;
  /** How many times ssh was started. */
  calls(): number;
  /** Secrets in arguments and environments of all processes of this machine that may be looked at, and in files of the watched folders. */
  leaks(): readonly Leak[];
}

/** `watched` are folders, relative to the workspace, in which temporary files may turn up. */
export function guardSsh(workspace: Workspace, canaries: Canaries, watched: readonly string[]): SshGuard {
  const real = execFileSync('which', ['ssh'], { encoding: 'utf8' }).trim();
  const seen = (name: string): string => workspace.path('ssh-guard', name);
  workspace.write('ssh-guard/patterns', canaries.patterns);
  const folders = watched.map((folder) => `'${workspace.makeFolder(folder)}'`).join(' ');
  const script = workspace.write(
    'ssh-guard/bin/ssh',
    `#!/bin/sh
printf '%s\\n' "ssh $*" >> '${seen('calls')}'
env >> '${seen('environment')}'
grep -laF -f '${seen('patterns')}' /proc/[0-9]*/cmdline /proc/[0-9]*/environ >> '${seen('found')}' 2>/dev/null
grep -rlaF -f '${seen('patterns')}' ${folders} >> '${seen('found')}' 2>/dev/null
exec '${real}' "$@"
`,
  );
  chmodSync(script, 0o755);
  const text = (name: string): string => (existsSync(seen(name)) ? readFileSync(seen(name), 'utf8') : '');
  return {
    folder: workspace.path('ssh-guard', 'bin'),
    calls: () =>
      text('calls')
        .split('\n')
        .filter((line) => line.startsWith('ssh ')).length,
    leaks: () => [
      ...canaries.searchBytes('arguments of ssh', text('calls')),
      ...canaries.searchBytes('environment of ssh', text('environment')),
      ...text('found')
        .split('\n')
        .filter(Boolean)
        .map((where) => ({ secret: '(one of them)', form: 'while ssh was started', where })),
    ],
  };
}
