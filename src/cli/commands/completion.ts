import { TidemarkError } from '../../model/errors.ts';
import { defineCommand } from '../command.ts';
import { completionScript, isShell, shells } from '../completion-script.ts';
import { exitCodes } from '../exit-code.ts';

export const completion = defineCommand({
  summary: 'Print a script that completes commands, flags and object names',
  description:
    'Prints a script for a shell, which completes commands, flags, and the names of objects in the home at hand.',
  args: [{ spec: '<shell>', help: shells.join(', ') }],
  flags: {},
  examples: [
    'source <(tidemark completion bash)',
    'tidemark completion zsh > "${fpath[1]}/_tidemark"',
    'tidemark completion fish > ~/.config/fish/completions/tidemark.fish',
  ],
  async run(_deps, { args: [shell = ''] }, out) {
    if (!isShell(shell))
      throw new TidemarkError(
        'UsageError',
        `there is no completion for "${shell}": it is one of ${shells.join(', ')}`,
      );
    out.data(completionScript(shell));
    return exitCodes.done;
  },
});
