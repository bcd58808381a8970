import { formatProblem } from '../../api/documents.ts';
import { kindNames } from '../../api/kinds.ts';
import { gitOnThisMachine } from '../git-version.ts';
import type { Home } from '../home.ts';
import type { Told } from '../kubernetes/progress.ts';

export interface CheckFilesDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly openHome: () => Promise<Home>;
}

/** Looks whether Tidemark can do its work on this machine, from objects in files. True when nothing stands in the way. */
export async function* checkFiles(deps: CheckFilesDeps, prerequisitesOnly: boolean): Told<boolean> {
  yield { sign: 'doing', text: 'checking prerequisites' };
  yield { sign: 'done', text: `Node ${process.versions.node}` };
  const git = await gitOnThisMachine(deps.environment);
  yield git.isGood ? { sign: 'done', text: `git ${git.version}` } : { sign: 'failed', text: git.problem };
  if (prerequisitesOnly) return git.isGood;
  yield { sign: 'doing', text: 'checking objects' };
  const home = await deps.openHome();
  try {
    return (yield* checkObjects(home)) && git.isGood;
  } finally {
    await home.close();
  }
}

async function* checkObjects(home: Home): Told<boolean> {
  const problems = home.problems();
  for (const problem of problems) yield { sign: 'failed', text: formatProblem(problem) };
  const lists = await Promise.all(kindNames.map((kind) => home.objects.list(kind)));
  const count = lists.reduce((sum, { items }) => sum + items.length, 0);
  yield {
    sign: count === 0 ? 'warning' : 'done',
    text: `${count} valid ${count === 1 ? 'object' : 'objects'}`,
  };
  const worker = home.worker();
  yield worker === undefined
    ? { sign: 'done', text: 'no tidemark run is alive: commands do the work themselves' }
    : { sign: 'done', text: `${worker} works on them` };
  return problems.length === 0;
}
