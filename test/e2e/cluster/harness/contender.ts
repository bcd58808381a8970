/** A process that contends for a lease, and writes down when it leads: `node contender.ts KUBECONFIG LEASE JOURNAL`. */
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../../../src/app/clock.ts';
import { silentLog } from '../../../../src/model/log.ts';
import { KubeClient } from '../../../../src/store/kubernetes/kube-client.ts';
import { kubeconfigConnection } from '../../../../src/store/kubernetes/kubeconfig.ts';
import { LeaderElection } from '../../../../src/store/kubernetes/leader-election.ts';

const [file = '', name = '', journal = ''] = process.argv.slice(2);
const connection = await kubeconfigConnection({ environment: {}, clock: systemClock, file });
if (connection === undefined) throw new Error('no connection');
const client = new KubeClient({ connection, userAgent: 'contender', clock: systemClock });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const election = new LeaderElection({
  client,
  clock: systemClock,
  log: silentLog,
  lease: { namespace: 'default', name },
  identity: `process-${process.pid}`,
  leaseDurationMs: 2000,
  renewDeadlineMs: 1500,
  retryPeriodMs: 300,
});
const end = await election.run(stop.signal, async ({ signal, assert }) => {
  while (!signal.aborted) {
    assert();
    // What a leader does cannot be taken back. Time is counted alike in all processes of a machine.
    appendFileSync(journal, `${process.hrtime.bigint()} ${process.pid}\n`);
    await systemClock.sleep(5, signal).catch(() => undefined);
  }
});
await client.close();
process.exitCode = end === 'stopped' ? 0 : 1;
