/** Publishes one tag after the other until it is killed: `publish-loop.ts MIRRORS URL NAME`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../../model/log.ts';
import { GitPublisher } from '../git-publisher.ts';
import { screen, setTag } from './publish-stage.ts';

const [mirrors = '', url = '', name = ''] = process.argv.slice(2);
const publisher = new GitPublisher({
  mirrors,
  environment: process.env,
  log: silentLog,
  clock: { now: () => new Date(), monotonicMs: () => performance.now(), sleep: async (ms) => sleep(ms) },
});
for (let n = 0; ; n++) {
  process.stdout.write(`${n}\n`);
  await publisher.publish(
    {
      remote: { url, timeoutMs: 30_000 },
      checkout: { branch: 'main' },
      push: { branch: 'main', switched: false },
      path: '.',
      screen,
      draft: setTag(`${name}-${n}`),
    },
    new AbortController().signal,
  );
}
