import { TidemarkError } from '../../model/errors.ts';

/** The first git that takes configuration from `GIT_CONFIG_COUNT`: without that there is no safe place for credentials. */
const oldest = [2, 31] as const;

/** Throws `GitFailed` when the output of `git version` names one that is too old. */
export function checkGitVersion(output: string): void {
  const [, major = '0', minor = '0'] = /^git version (\d+)\.(\d+)/.exec(output) ?? [];
  const newEnough = Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
  if (newEnough) return;
  throw new TidemarkError(
    'GitFailed',
    `'${output.trim()}' is too old: install git ${oldest.join('.')} or newer`,
  );
}
