import type { ObjectName } from './home.ts';
import { normaliseObservation } from './normalise.ts';
import type { Observation } from './scenario.ts';
import type { Run } from './scenario-run.ts';

export async function observeSnap(run: Run): Promise<Observation['snaps'][number]> {
  const statuses = await run.home.statuses();
  const raw = Object.fromEntries(statuses.map(({ status, ...name }) => [labelOf(run, name), status]));
  return normalise(run, { snaps: [raw] }).snaps[0] ?? {};
}

export async function observeEvents(run: Run): Promise<Observation['events']> {
  const events: Observation['events'] = {};
  for (const { event, ...name } of await run.home.events()) {
    const label = labelOf(run, name);
    events[label] ??= { events: [], sometimes: [] };
    events[label].events.push(event);
  }
  return normalise(run, { events }).events;
}

/** Repositories with access control count where they differ from their first commit: most scenarios do not use them. */
export function observeGit(run: Run): Observation['git'] {
  const git: Observation['git'] = {};
  for (const [name, repository] of run.repositories) {
    for (const ref of repository.refs()) {
      const commits = repository.commits(ref);
      if (name.endsWith('(auth)') && commits.length === 1) continue;
      git[`${name}:${ref}`] = {
        commits: commits.map(({ author, message }) => `${author}|${message.trim()}`),
        files: { ...repository.files(ref) },
      };
    }
  }
  return normalise(run, { git }).git;
}

function normalise({ peers, digests }: Run, part: Partial<Observation>): Observation {
  const observation: Observation = { snaps: [], events: {}, git: {}, ...part };
  const hosts = [
    ...Object.values(peers.registries).map(({ host }) => host),
    ...Object.values(peers.gitServers).map(({ url }) => new URL(url).host),
  ];
  return normaliseObservation(observation, { hosts, digests });
}

/** `Kind/name`, and the namespace too when it is not the scenario's own. */
function labelOf({ scenario }: Run, { kind, namespace, name }: ObjectName): string {
  return namespace === scenario.name ? `${kind}/${name}` : `${kind}/${name}.${namespace}`;
}
