import { controllerLogs, type LogQuery } from '../../app/kubernetes/controller-logs.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { formatLogLine, parseLogLine, type LogLine } from '../../views/log-line.ts';
import { clusterFlags } from '../cluster-flags.ts';
import { type CommandInput, defineCommand } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { displayText } from '../display-text.ts';
import { exitCodes } from '../exit-code.ts';
import { choice, text, textOr, toggle } from '../flags.ts';
import { scopeFlags } from '../object-flags.ts';
import { withCluster } from '../with-cluster.ts';
import { parseMilliseconds } from '../../go/duration.ts';

const flags = {
  ...scopeFlags,
  level: choice('--level <level>', 'only lines of this level', ['debug', 'info', 'error']),
  kind: text('--kind <kind>', 'only lines about objects of this kind'),
  name: text('--name <name>', 'only lines about objects of this name'),
  follow: toggle('-f, --follow', 'go on with what is written'),
  tail: text('--tail <n>', 'only so many of the last lines of each pod; -1 for all (default: -1)'),
  since: text('--since <duration>', 'only lines that are newer than this, such as 10m'),
  sinceTime: text('--since-time <time>', 'only lines after this time (RFC 3339)'),
  fluxNamespace: textOr('--flux-namespace <name>', 'namespace that the controller is in', 'flux-system'),
  ...clusterFlags,
};

type Input = CommandInput<typeof flags>;

export const logs = defineCommand({
  summary: 'Show what the controller in a cluster writes to its log',
  description:
    'Shows the log of the controller in a cluster: lines about objects of the namespace, or with -A of all, and lines about no object.',
  flags,
  examples: ['tidemark logs -A -f', 'tidemark logs --kind ImagePolicy --name app --since 10m'],
  run: (deps, input, out) =>
    withCluster(deps, input.flags, async (cluster) => {
      try {
        for await (const raw of controllerLogs(cluster, queryOf(deps, input), deps.clock)) {
          const line = parseLogLine(raw);
          if (line === undefined ? isUnfiltered(input) : isWanted(line, input))
            out.data(`${displayText(line === undefined ? raw : formatLogLine(line))}\n`);
        }
        return exitCodes.done;
      } catch (error) {
        if (!isTidemarkError(error, 'NotFound')) throw error;
        out.say('failed', error.message);
        return exitCodes.no;
      }
    }),
});

function queryOf(deps: CliDeps, { flags: given }: Input): LogQuery {
  return {
    namespace: given.fluxNamespace,
    follow: given.follow,
    tail: readTail(given.tail),
    ...since(given),
    signal: deps.signal,
  };
}

function since({ since: ago, sinceTime }: Input['flags']): Pick<LogQuery, 'sinceSeconds' | 'sinceTime'> {
  if (ago !== undefined && sinceTime !== undefined)
    throw new TidemarkError('UsageError', 'say either --since or --since-time');
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime))) {
    throw new TidemarkError(
      'UsageError',
      `--since-time takes a time such as 2026-01-31T12:00:00Z, got "${sinceTime}"`,
    );
  }
  return {
    ...(ago !== undefined && { sinceSeconds: readSeconds(ago) }),
    ...(sinceTime !== undefined && { sinceTime: new Date(sinceTime).toISOString() }),
  };
}

/** The API server takes whole seconds, and at least one. */
function readSeconds(ago: string): number {
  try {
    return Math.max(1, Math.ceil(parseMilliseconds(ago) / 1000));
  } catch (error) {
    throw new TidemarkError('UsageError', `--since takes a duration such as 30s, 5m or 1h30m, got "${ago}"`, {
      cause: error,
    });
  }
}

function readTail(given: string | undefined): number | undefined {
  if (given === undefined || given === '-1') return undefined;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new TidemarkError('UsageError', `--tail takes a number of lines, or -1 for all, got "${given}"`);
}

function isUnfiltered({ flags: { level, kind, name } }: Input): boolean {
  return level === undefined && kind === undefined && name === undefined;
}

function isWanted(line: LogLine, { flags: given }: Input): boolean {
  const fits = (wanted: string | undefined, got: string): boolean =>
    wanted === undefined || wanted.toLowerCase() === got.toLowerCase();
  const isHere = given.allNamespaces || line.name === '' || line.namespace === given.namespace;
  return (
    isHere && fits(given.level, line.level) && fits(given.kind, line.kind) && fits(given.name, line.name)
  );
}
