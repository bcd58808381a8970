import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../harness/wait-until.ts';
import { type ControlPlane, startControlPlane } from './harness/control-plane.ts';

const program = fileURLToPath(new URL('./harness/contender.ts', import.meta.url));
let controlPlane: ControlPlane;

before(async () => {
  controlPlane = await startControlPlane();
});

after(() => controlPlane?.stop());

interface Entry {
  readonly atMs: number;
  readonly pid: number;
}

/** What the leaders did, in the order of time. */
class Journal {
  readonly file: string;

  constructor(name: string) {
    this.file = join(controlPlane.folder, `${name}.journal`);
    writeFileSync(this.file, '');
  }

  entries(): readonly Entry[] {
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => /^\d+ \d+$/.test(line))
      .map((line) => {
        const [at = '', pid = ''] = line.split(' ');
        return { atMs: Number(BigInt(at) / 1000n) / 1000, pid: Number(pid) };
      })
      .toSorted((a, b) => a.atMs - b.atMs);
  }

  get leader(): number | undefined {
    return this.entries().at(-1)?.pid;
  }

  /** One leader after the other: how long nobody led between two, in ms. Fails when two led at once. */
  handovers(): readonly number[] {
    const gaps: number[] = [];
    const over = new Set<number>();
    let last: Entry | undefined;
    for (const entry of this.entries()) {
      assert.ok(!over.has(entry.pid), `process ${entry.pid} acted after another had begun`);
      if (last !== undefined && last.pid !== entry.pid) {
        over.add(last.pid);
        gaps.push(entry.atMs - last.atMs);
      }
      last = entry;
    }
    return gaps;
  }
}

function contend(t: TestContext, name: string, journal: Journal): ChildProcess {
  const child = spawn(process.execPath, [program, controlPlane.kubeconfig, name, journal.file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('leaders that are killed are replaced within the terms of the lease, and never is there more than one', async (t) => {
  const journal = new Journal('killed');
  const running = [contend(t, 'killed', journal), contend(t, 'killed', journal)];
  const kills = 8;
  for (let round = 0; round < kills; round += 1) {
    const leader = await waitUntil(
      () => running.find(({ pid }) => pid === journal.leader && journal.leader !== undefined),
      { what: 'a leader', timeoutMs: 60_000 },
    );
    leader.kill('SIGKILL');
    await once(leader, 'exit');
    running.splice(running.indexOf(leader), 1, contend(t, 'killed', journal));
  }
  const gaps = await waitUntil(
    () => {
      const found = journal.handovers();
      return found.length >= kills ? found : undefined;
    },
    { what: `${kills} handovers` },
  );
  // A lease lasts two seconds here; the rest is what a busy machine takes.
  for (const gap of gaps) assert.ok(gap > 1000 && gap < 20_000, `${gap} ms without a leader`);
});

test('a leader that is asked to end hands over at once', async (t) => {
  const journal = new Journal('asked');
  const first = contend(t, 'asked', journal);
  await waitUntil(() => journal.leader === first.pid, { what: 'a leader' });
  const second = contend(t, 'asked', journal);
  await waitUntil(() => controlPlane.kubectl(['get', 'lease', 'asked', '-o', 'name']), { what: 'a lease' });
  first.kill('SIGTERM');
  const [code] = (await once(first, 'exit')) as [number];
  assert.equal(code, 0);
  await waitUntil(() => journal.leader === second.pid, { what: 'the next leader' });
  const [gap = Number.NaN] = journal.handovers();
  assert.ok(gap < 20_000, `${gap} ms without a leader`);
  const lease = JSON.parse(controlPlane.kubectl(['get', 'lease', 'asked', '-o', 'json'])) as {
    spec: { leaseTransitions: number };
  };
  assert.equal(lease.spec.leaseTransitions, 1);
});

test('a leader that was stopped for longer than its lease does not act when it goes on', async (t) => {
  const journal = new Journal('frozen');
  const first = contend(t, 'frozen', journal);
  await waitUntil(() => journal.leader === first.pid, { what: 'a leader' });
  const second = contend(t, 'frozen', journal);
  first.kill('SIGSTOP');
  await waitUntil(() => journal.leader === second.pid, { what: 'the next leader' });
  first.kill('SIGCONT');
  const [code] = (await once(first, 'exit')) as [number];
  assert.equal(code, 1, 'it has lost its lease');
  assert.equal(journal.handovers().length, 1);
});

test('while the API server is away the leader stops in time, and one leads again afterwards', async (t) => {
  const journal = new Journal('away');
  const running = [contend(t, 'away', journal), contend(t, 'away', journal)];
  await waitUntil(() => journal.leader, { what: 'a leader' });
  await controlPlane.kill('kube-apiserver', 'SIGKILL');
  await waitUntil(() => running.some(({ exitCode }) => exitCode === 1), { what: 'a leader that gives up' });
  const before = journal.entries().length;
  await controlPlane.start('kube-apiserver');
  await waitUntil(() => journal.entries().length > before, { what: 'a leader' });
  journal.handovers();
});
