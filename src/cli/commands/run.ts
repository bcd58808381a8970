import { formatProblem } from '../../api/documents.ts';
import type { ReconciledObject, RunReporter, RunResult } from '../../app/embedded/run-embedded.ts';
import { runEmbedded } from '../../app/embedded/run-embedded.ts';
import { findEmbeddedPlace } from '../../app/embedded/place.ts';
import { createLog } from '../../app/log.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import { pushedLine } from '../../views/pushed-line.ts';
import { readinessOf } from '../../views/readiness.ts';
import { unifiedDiff } from '../../views/unified-diff.ts';
import { defineCommand, type CommandInput } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCodes } from '../exit-code.ts';
import { ambientFlag } from '../home-flags.ts';
import { choice, count, list, text, textOr, toggle } from '../flags.ts';
import type { Output } from '../output.ts';
import { parseListenAddress } from '../listen-address.ts';
import { sshAlgorithms, sshFlags } from '../ssh-flags.ts';

const flags = {
  file: list('-f, --file <path>', 'folder or file with objects, "-" for standard input'),
  state: text(
    '--state <dir>',
    'where statuses, tags and mirrors are kept (default: .tidemark beside the first path)',
  ),
  secrets: text('--secrets <dir>', 'Secrets as files, <namespace>/<name>/<key>'),
  ...ambientFlag,
  once: toggle('--once', 'stop when nothing is left to do'),
  dryRun: toggle('--dry-run', 'do all but push, and print the diff'),
  listen: textOr('--listen <address>', 'where to serve health and metrics, or off', '127.0.0.1:9090'),
  concurrency: count('--concurrency <n>', 'objects of a kind that are worked on at a time (default: 4)', 1),
  noCrossNamespace: toggle('--no-cross-namespace-refs', 'refuse references to other namespaces'),
  ...sshFlags,
  logFormat: choice('--log-format <format>', 'how log lines are written', ['auto', 'text', 'json']),
  logLevel: choice('--log-level <level>', 'which log lines are written', ['debug', 'info', 'error']),
};

type Input = CommandInput<typeof flags>;

export const run = defineCommand({
  summary: 'Keep Git up to date from the objects in a folder',
  description:
    'Reads and watches the objects in PATH, scans registries, selects tags, and commits what changes, until it is told to stop. Health and metrics are served meanwhile.',
  flags,
  examples: [
    'tidemark run -f clusters/dev --secrets secrets',
    'tidemark run -f clusters/dev --once --dry-run',
  ],
  async run(deps, input, out) {
    const result = await runEmbedded(await settingsOf(deps, input), {
      environment: deps.environment,
      clock: deps.clock,
      log: logOf(deps, input, out),
      userAgent: `tidemark/${deps.version()}`,
      signal: deps.signal,
      report: reporterOf(input, out),
    });
    return input.flags.once ? summarise(result, out) : exitCodes.done;
  },
});

async function settingsOf(
  deps: CliDeps,
  { flags: given }: Input,
): Promise<Parameters<typeof runEmbedded>[0]> {
  // A run that ends by itself serves nobody, unless it is asked to.
  const listen =
    given.once && given.listen === '127.0.0.1:9090' ? undefined : parseListenAddress(given.listen);
  const place = await findEmbeddedPlace(given, { ...deps, folder: process.cwd() });
  if (place === undefined) {
    throw new TidemarkError(
      'UsageError',
      'say where the objects are: give a folder or file with -f, or set TIDEMARK_FILE',
    );
  }
  return {
    ...place,
    once: given.once,
    dryRun: given.dryRun,
    concurrency: given.concurrency ?? 4,
    crossNamespaceAllowed: !given.noCrossNamespace,
    ssh: sshAlgorithms(given),
    ...(listen === undefined ? {} : { listen }),
  };
}

function logOf(deps: CliDeps, { flags: given }: Input, out: Output): ReturnType<typeof createLog> {
  const chosen = given.logFormat ?? 'auto';
  const fitting = out.isInteractive ? 'text' : 'json';
  return createLog({
    format: chosen === 'auto' ? fitting : chosen,
    level: given.logLevel ?? 'info',
    write: (line) => out.log(line),
    now: () => deps.clock.now(),
  });
}

function reporterOf({ flags: given }: Input, out: Output): RunReporter {
  const told = new Set<string>();
  return {
    listening: (address) => out.say('done', `serving health and metrics on ${address}`),
    problems: (problems) => {
      const texts = problems.map(formatProblem);
      for (const problem of texts) if (!told.has(problem)) out.say('warning', problem);
      told.clear();
      for (const problem of texts) told.add(problem);
    },
    skipped: (documents) => {
      if (documents.length === 0) return;
      out.whenVerbose(`skipped ${documents.length} documents of other kinds:`);
      for (const { file, line, kind, name } of documents)
        out.whenVerbose(`${file}:${line}: ${kind} ${name ?? ''}`);
    },
    published: (automation, result, drafted) => {
      if (result.outcome === 'would-push') {
        const files = result.draft.files.map(({ file, bytes }) => ({
          path: file.path,
          before: file.bytes,
          after: bytes,
        }));
        out.say(
          'doing',
          `${formatKey(automation.metadata)} would push to branch '${result.branch}': ${counted(drafted?.changes.length ?? 0)}`,
        );
        out.data(unifiedDiff(files));
      }
      if (result.outcome === 'pushed' && given.once) out.data(`${pushedLine(automation, result)}\n`);
    },
  };
}

function summarise({ objects, problems }: RunResult, out: Output): ExitCode {
  for (const object of objects) out.data(`${objectLine(object)}\n`);
  if (objects.length === 0) {
    throw new TidemarkError(
      'UsageError',
      problems.length === 0
        ? 'no objects of Tidemark’s kinds found; give the folder or file that holds them with -f'
        : 'no object could be read; see the problems above',
    );
  }
  const waiting = objects.filter((object) => !isSuspended(object) && readinessOf(object).status !== 'True');
  return waiting.length === 0 && problems.length === 0 ? exitCodes.done : exitCodes.no;
}

function objectLine(object: ReconciledObject): string {
  const { status, message } = readinessOf(object);
  const ready = status === 'True' ? 'ready' : 'not ready';
  const state = isSuspended(object) ? 'suspended' : ready;
  return `${object.kind.toLowerCase()}/${object.metadata.name}.${object.metadata.namespace} ${state}: ${message.split('\n')[0]}`;
}

function isSuspended(object: ReconciledObject): boolean {
  return object.spec.suspend === true;
}

function counted(changes: number): string {
  return changes === 1 ? '1 change' : `${changes} changes`;
}
