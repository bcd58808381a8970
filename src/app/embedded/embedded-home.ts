import { formatKey } from '../../model/object-key.ts';
import { openLocalStore } from '../../store/local/local-store.ts';
import { runnerPid } from '../../store/local/state-lock.ts';
import type { Home } from '../home.ts';
import type { Inspector } from './inspector.ts';
import type { EmbeddedHomeDeps, EmbeddedPlace } from './place.ts';

/** The home of objects that files define, seen by a command that looks or asks for something. */
export async function openEmbeddedHome(place: EmbeddedPlace, deps: EmbeddedHomeDeps): Promise<Home> {
  const store = await openLocalStore({ ...place, role: 'visitor', clock: deps.clock, log: deps.log });
  // Most commands only look at objects: the parts that reach registries and Git are loaded when they are needed.
  let loaded: Promise<Inspector> | undefined;
  const inspector = (): Promise<Inspector> => {
    loaded ??= import('./inspector.ts').then(({ createInspector }) =>
      createInspector(place.stateFolder, store.objects, deps),
    );
    return loaded;
  };
  const runOnce = async (
    choice: { readonly dryRun: boolean; readonly only?: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<void> => {
    const { runEmbedded } = await import('./run-embedded.ts');
    await runEmbedded(
      { ...place, ...choice, once: true, concurrency: 4, crossNamespaceAllowed: true },
      { ...deps, signal, report: { problems: () => undefined } },
    );
  };
  return {
    objects: store.objects,
    events: store.events,
    problems: () => store.problems(),
    skipped: () => store.skipped(),
    locate: (kind, key) => store.locate(kind, key),
    worker: () => {
      const pid = runnerPid(place.stateFolder);
      return pid === undefined ? undefined : `tidemark run (process ${pid})`;
    },
    whyIdle: async () => undefined,
    apply: async (object) => {
      await store.objects.create(object);
      return 'created';
    },
    work: (targets, signal) => {
      const only = new Set(targets.map((target) => `${target.kind} ${formatKey(target)}`));
      return runOnce({ dryRun: false, only }, signal);
    },
    rehearse: (signal) => runOnce({ dryRun: true }, signal),
    inspect: async (policy, question) => (await inspector()).inspect(policy, question),
    preview: async (automation, signal) => (await inspector()).preview(automation, signal),
    openProbe: async () => {
      const { openProbe } = await import('../probe/open-probe.ts');
      const { UserCredentials } = await import('../../pipeline/scan/io/user-credentials.ts');
      return openProbe({
        ...deps,
        ...(place.ambientCredentials ? { ambient: new UserCredentials(deps) } : {}),
        store: store.objects,
        objectLevelIdentity: false,
        readsLocalFiles: true,
      });
    },
    close: async () => {
      await (await loaded)?.close();
      await store.close();
    },
  };
}
