/** `npm run bench` measures everything, `npm run bench -- NAME...` only this. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { benchClusterChanges } from './cluster-changes.ts';
import { benchCluster } from './cluster.ts';
import { benchColdMirror } from './cold-mirror.ts';
import { renderFigures, type Figure } from './figure.ts';
import { benchFleetChanges } from './fleet-changes.ts';
import { benchGrowth } from './growth.ts';
import { benchHanging } from './hanging.ts';
import { benchHelp } from './help.ts';
import { benchManyImages } from './many-images.ts';
import { benchPublish } from './publish.ts';
import { benchScan } from './scan.ts';
import { benchSelect } from './select.ts';
import { benchUnchanged } from './unchanged.ts';
import { inWorkshop, workFolder } from './workshop.ts';

/** Image repositories, and as many policies. */
const clusterSizes = (process.env['TIDEMARK_BENCH_OBJECTS'] ?? '500,5000').split(',').map(Number);

type Bench = () => Promise<readonly Figure[]> | readonly Figure[];

const benches: Readonly<Record<string, Bench>> = {
  changes: () => inWorkshop(benchFleetChanges),
  unchanged: () => inWorkshop(benchUnchanged),
  cold: () => inWorkshop(benchColdMirror),
  select: benchSelect,
  scan: benchScan,
  images: () => inWorkshop((workshop) => benchManyImages(workshop, 5000)),
  cluster: async () => {
    const figures: Figure[] = [];
    for (const count of clusterSizes)
      figures.push(...(await inWorkshop((workshop) => benchCluster(workshop, count))));
    return figures;
  },
  'cluster-changes': () => inWorkshop(benchClusterChanges),
  hanging: () => inWorkshop(benchHanging),
  help: benchHelp,
  publish: benchPublish,
  growth: () => inWorkshop(benchGrowth),
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in benches));
if (unknown === undefined) {
  console.log(`${describeMachine()}\n`);
  for (const [name, bench] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`## ${name}\n\n${renderFigures(await bench())}\n`);
  }
} else {
  console.error(`there is no benchmark ${unknown}; there are ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
}

function describeMachine(): string {
  const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${cpus().length} cores, ${memory}, ${process.platform}; Node ${process.versions.node}, ${git}; work in ${workFolder()}`;
}
