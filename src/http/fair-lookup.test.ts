import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { FairLookup } from './fair-lookup.ts';
import type { Resolve } from './fair-lookup.ts';

type Callback = Parameters<Resolve>[2];

/** A system that answers for the names that it knows, and is silent about the others until told. */
class System {
  readonly asked: string[] = [];
  readonly silent = new Map<string, Callback>();
  readonly addresses: Record<string, string> = {};

  readonly resolve: Resolve = (name, _options, callback) => {
    this.asked.push(name);
    const address = this.addresses[name];
    if (address === undefined) this.silent.set(name, callback);
    else queueMicrotask(() => callback(null, [{ address, family: 4 }]));
  };

  fail(name: string): void {
    this.silent.get(name)?.(new Error('ENOTFOUND'), []);
  }
}

const look = (names: FairLookup, name: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    names.resolve(name, { all: true }, (error, addresses: LookupAddress[]) => {
      if (error) reject(error);
      else resolve(addresses.map(({ address }) => address));
    });
  });

const nobody = { direct: async () => [], hostsFile: () => '', patienceMs: 0 };

test('one lookup serves all who ask for a name meanwhile, and for a while after', async () => {
  const system = new System();
  system.addresses['a.test'] = '192.0.2.1';
  let nowMs = 0;
  const names = new FairLookup({ ...nobody, system: system.resolve, nowMs: () => nowMs });
  const found = await Promise.all(['a.test', 'a.test', 'a.test'].map((name) => look(names, name)));
  assert.deepEqual(found, [['192.0.2.1'], ['192.0.2.1'], ['192.0.2.1']]);
  await look(names, 'a.test');
  assert.deepEqual(system.asked, ['a.test']);
  nowMs = 31_000;
  await look(names, 'a.test');
  assert.deepEqual(system.asked, ['a.test', 'a.test']);
});

test('while dead names hold every thread, others are found without one', async () => {
  const system = new System();
  const names = new FairLookup({
    system: system.resolve,
    patienceMs: 0,
    hostsFile: () => '127.0.0.1 localhost\n192.0.2.7  Written.test other # a comment\n',
    direct: async (name) => (name === 'served.test' ? ['192.0.2.8', '2001:db8::8'] : []),
  });
  for (const name of ['dead-1.test', 'dead-2.test', 'dead-3.test']) look(names, name).catch(() => undefined);
  assert.deepEqual(await look(names, 'written.test'), ['192.0.2.7']);
  assert.deepEqual(await look(names, 'served.test'), ['192.0.2.8', '2001:db8::8']);
  assert.deepEqual(system.asked, ['dead-1.test', 'dead-2.test']);
});

test('a name that was found before is still found while dead names hold every thread', async () => {
  const system = new System();
  system.addresses['a.test'] = '192.0.2.1';
  let nowMs = 0;
  const names = new FairLookup({ ...nobody, system: system.resolve, nowMs: () => nowMs });
  await look(names, 'a.test');
  for (const name of ['dead-1.test', 'dead-2.test']) look(names, name).catch(() => undefined);
  nowMs = 600_000;
  assert.deepEqual(await look(names, 'a.test'), ['192.0.2.1']);
});

test('names that failed wait behind the others, and never take the last thread', async () => {
  const system = new System();
  const names = new FairLookup({ ...nobody, system: system.resolve });
  const dead = ['dead-1.test', 'dead-2.test', 'dead-3.test'];
  for (const name of dead) {
    const failing = look(names, name);
    system.fail(name);
    await assert.rejects(failing);
  }
  system.asked.length = 0;
  const again = dead.map((name) => look(names, name));
  for (const one of again) one.catch(() => undefined);
  assert.deepEqual(system.asked, ['dead-1.test']);
  system.addresses['good.test'] = '192.0.2.2';
  assert.deepEqual(await look(names, 'good.test'), ['192.0.2.2']);
  assert.deepEqual(system.asked, ['dead-1.test', 'good.test']);
});

test('what the system says of a name that does not exist is said to who asked', async () => {
  const system = new System();
  const names = new FairLookup({ ...nobody, system: system.resolve });
  const failing = look(names, 'nope.test');
  system.fail('nope.test');
  await assert.rejects(failing, /ENOTFOUND/);
});
