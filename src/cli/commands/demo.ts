import { createLog } from '../../app/log.ts';
import { runDemo } from '../../app/demo/run-demo.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { toggle } from '../flags.ts';

export const demo = defineCommand({
  summary: 'Show the whole loop on this machine, with nothing to configure',
  description:
    'Starts a small registry and a Git server on loopback, runs three environments against them, pushes a new tag every few seconds and shows each step. Piped or in CI it runs once and ends.',
  flags: { keep: toggle('--keep', 'leave the folder behind') },
  examples: ['tidemark demo', 'tidemark demo --keep'],
  async run(deps, { flags }, out) {
    const log = createLog({
      format: 'text',
      level: 'error',
      write: (line) => out.whenVerbose(line.trimEnd()),
      now: () => deps.clock.now(),
    });
    await runDemo(
      {
        keep: flags.keep,
        brief: !out.isWatched || Boolean(deps.environment['CI']),
        program: programName(deps.environment),
      },
      {
        environment: deps.environment,
        clock: deps.clock,
        log,
        userAgent: `tidemark/${deps.version()}`,
        signal: deps.signal,
        tell: {
          chapter: (text) => out.data(`\n== ${text}\n`),
          step: (glyph, text) => out.show(glyph, text),
          text: (lines) => out.data(`${lines.trimEnd()}\n`),
        },
      },
    );
    return exitCodes.done;
  },
});

/** How this program was started: from a checkout, or as an installed package. */
function programName(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['npm_lifecycle_event'] === 'demo' || !import.meta.url.includes('/node_modules/')
    ? 'bin/tidemark'
    : 'npx tidemark';
}
