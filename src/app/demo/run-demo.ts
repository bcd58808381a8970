import { reconcileRequestAnnotation } from '../../api/annotations.ts';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../../model/log.ts';
import type { EventRecord } from '../../store/store.ts';
import { unifiedDiff } from '../../views/unified-diff.ts';
import { openEmbeddedHome } from '../embedded/embedded-home.ts';
import type { RunReporter } from '../embedded/run-embedded.ts';
import { runEmbedded } from '../embedded/run-embedded.ts';
import type { DemoWorld } from './demo-world.ts';
import { demoImage, openDemoWorld } from './demo-world.ts';

export interface DemoOptions {
  /** Leave the folder behind. */
  readonly keep: boolean;
  /** Push one tag, see it land, end. */
  readonly brief: boolean;
  /** How a person starts this program: `npx tidemark`. */
  readonly program: string;
}

/** Where the demo tells its story. */
export interface DemoNarrator {
  chapter(text: string): void;
  step(glyph: 'doing' | 'done' | 'waiting' | 'warning', text: string): void;
  text(lines: string): void;
}

export interface DemoDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly tell: DemoNarrator;
}

/** What CI pushes while we watch: a tag for each environment in turn, and one that nobody wants. */
const pushes = [
  { tag: 'branch-dev-1715557000-f12a34b', repository: 'testservice', moves: true },
  { tag: 'branch-staging-1715558000-0ddba11', repository: 'testservice-staging', moves: true },
  { tag: 'branch-dev-1715556000-bad5eed', repository: 'testservice', moves: false },
  { tag: 'release-1.5.0', repository: 'testservice-production', moves: true },
  { tag: 'release-2.0.0-rc.1', repository: 'testservice-production', moves: false },
  { tag: 'branch-dev-1715559000-5ca1ab1', repository: 'testservice', moves: true },
] as const;

const pauseMs = 4000;
const patienceMs = 60_000;
const namespace = 'flux-system';

/** The whole loop on this machine: a registry and a Git server of its own, three environments, tags that keep coming. */
export async function runDemo(options: DemoOptions, deps: DemoDeps): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const world = await openDemoWorld(options);
  cleanup.defer(() => world.close());
  const stop = new AbortController();
  const signal = AbortSignal.any([deps.signal, stop.signal]);
  const watch = new Watch(deps.tell);
  introduce(world, deps.tell);
  const place = {
    paths: [world.objects],
    stateFolder: world.state,
    secretsFolder: world.secrets,
    ambientCredentials: false,
  };
  const settings = { ...place, once: false, dryRun: false, concurrency: 4, crossNamespaceAllowed: true };
  const running = runEmbedded(settings, { ...deps, signal, report: watch });
  cleanup.defer(async () => {
    stop.abort();
    await running;
  });
  try {
    await Promise.race([running, play(world, options, { ...deps, signal, watch, place })]);
  } catch (error) {
    if (!deps.signal.aborted) throw error;
  }
  if (options.keep) deps.tell.step('done', `everything is kept in ${world.folder}`);
}

interface Stage extends DemoDeps {
  readonly watch: Watch;
  readonly place: Parameters<typeof openEmbeddedHome>[0];
}

async function play(world: DemoWorld, options: DemoOptions, stage: Stage): Promise<void> {
  const { tell, watch, signal } = stage;
  await watch.settled(3, signal);
  tell.step('done', 'three environments are up to date: nothing to commit, nothing committed');
  for (const [index, push] of pushes.entries()) {
    if (options.brief && index > 0) break;
    if (index > 0) await stage.clock.sleep(pauseMs, signal);
    tell.chapter(`CI pushes ${demoImage}:${push.tag}`);
    const { commits, scans } = watch;
    world.registry.push(demoImage, push.tag);
    await requestScan(stage, push.repository);
    if (push.moves) await watch.committed(commits + 1, signal);
    else {
      await watch.scanned(scans + 1, signal);
      tell.step('waiting', 'no environment moves: the policies prefer what they have');
    }
  }
  tell.text(`\n${branchLog(world)}`);
  suggest(world, options, tell);
  if (options.brief) return;
  tell.text('Everything goes on until Ctrl-C.');
  await new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true }),
  );
}

/** Asks for a scan now, in place of waiting for the interval: what a webhook would do. */
async function requestScan(stage: Stage, name: string): Promise<void> {
  const home = await openEmbeddedHome(stage.place, stage);
  try {
    const annotations = { [reconcileRequestAnnotation]: stage.clock.now().toISOString() };
    await home.objects.patchMetadata('ImageRepository', { namespace, name }, { annotations });
  } finally {
    await home.close();
  }
}

/** Follows the run and tells what happens. */
class Watch implements RunReporter {
  commits = 0;
  scans = 0;
  readonly #tell: DemoNarrator;
  readonly #ready = new Set<string>();
  #changed: () => void = () => undefined;

  constructor(tell: DemoNarrator) {
    this.#tell = tell;
  }

  problems(): void {
    // The example's files are sound.
  }

  event({ kind, object, type, message }: EventRecord): void {
    const { name } = object.metadata;
    if (kind === 'ImageUpdateAutomation' && type === 'Normal') this.#ready.add(name);
    if (kind === 'ImageRepository') this.scans += 1;
    if (type === 'Warning') this.#tell.step('warning', `${kind} ${name}: ${message}`);
    else if (kind === 'ImageRepository') this.#tell.step('done', `registry  ${name}: ${message}`);
    else if (kind === 'ImagePolicy') this.#tell.step('done', `policy    ${name}: ${message}`);
    this.#changed();
  }

  published(...[automation, result]: Parameters<NonNullable<RunReporter['published']>>): void {
    if (result.outcome !== 'pushed') return;
    this.commits += 1;
    const { branch, commit, draft } = result;
    this.#tell.step(
      'done',
      `commit    ${commit.slice(0, 7)} on branch ${branch}, by ${automation.metadata.name}`,
    );
    const message = draft.message.trimEnd().replaceAll(/^/gm, '    ');
    const files = draft.files.map(({ file, bytes }) => ({
      path: file.path,
      before: file.bytes,
      after: bytes,
    }));
    this.#tell.text(`${message}\n\n${unifiedDiff(files)}`);
    this.#changed();
  }

  /** Resolves when so many automations have come to rest once. */
  settled(count: number, signal: AbortSignal): Promise<void> {
    return this.#until(() => this.#ready.size >= count, signal);
  }

  scanned(count: number, signal: AbortSignal): Promise<void> {
    return this.#until(() => this.scans >= count, signal);
  }

  committed(count: number, signal: AbortSignal): Promise<void> {
    return this.#until(() => this.commits >= count, signal);
  }

  async #until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    while (!holds()) {
      ended.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#changed = resolve;
      ended.addEventListener('abort', () => resolve(), { once: true });
      await promise;
    }
  }
}

function introduce(world: DemoWorld, tell: DemoNarrator): void {
  tell.chapter('Three environments in one Git repository, a registry, and nothing to configure');
  tell.step('doing', `registry  ${world.registryHost}/${demoImage}`);
  tell.step('doing', `git       ${world.gitUrl}`);
  tell.step('doing', `objects   ${world.objects}`);
}

/** What stands on the branches that the automations push to. */
function branchLog({ fleet }: DemoWorld): string {
  const log = fleet.git('log', '--branches=image-update-*', '--no-decorate', '--format=%h %S %s').toString();
  return log.replaceAll('refs/heads/', '');
}

function suggest(
  { objects, state, secrets, fleet }: DemoWorld,
  options: DemoOptions,
  tell: DemoNarrator,
): void {
  if (options.brief && !options.keep) return;
  const where = `-f ${objects} --state ${state} --secrets ${secrets}`;
  tell.text(
    [
      'Try, in another terminal:',
      `  ${options.program} get image all ${where}`,
      `  ${options.program} explain policy testservice --tag branch-dev-1715556000-bad5eed ${where}`,
      `  ${options.program} diff ${where}`,
      `  git -C ${fleet.path} log -p image-update-dev`,
      '',
    ].join('\n'),
  );
}
