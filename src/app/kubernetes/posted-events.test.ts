import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { silentLog } from '../../model/log.ts';
import type { EventLog, EventRecord } from '../../store/store.ts';
import { systemClock } from '../clock.ts';
import { PostedEvents } from './posted-events.ts';

const kept: EventLog = {
  record: async () => undefined,
  list: async () => [],
  // oxlint-disable-next-line require-yield -- nobody watches here
  watch: async function* () {
    await Promise.resolve();
  },
};

function eventOf(namespace: string, n: number): EventRecord {
  const metadata = { namespace, name: `app-${n}`, uid: `${namespace}-${n}` };
  const object = { apiVersion: 'image.toolkit.fluxcd.io/v1', metadata };
  return { kind: 'ImagePolicy', object, type: 'Normal', reason: 'Succeeded', message: 'x' };
}

test('a receiver that hangs is asked a few things at a time; then namespaces take turns, and of the largest crowd some are lost', async (t) => {
  const held: ServerResponse[] = [];
  const told: string[] = [];
  let most = 0;
  let isHanging = true;
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const { involvedObject } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as {
        involvedObject: { namespace: string };
      };
      told.push(involvedObject.namespace);
      if (!isHanging) return response.writeHead(200).end();
      most = Math.max(most, held.push(response));
      return undefined;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const posted = new PostedEvents(kept, {
    address,
    component: 'tidemark',
    clock: systemClock,
    log: silentLog,
    userAgent: 'test',
    environment: {},
  });
  t.after(() => posted.close());
  for (let n = 0; n < 2000; n += 1) await posted.record(eventOf('crowd', n));
  for (let n = 0; n < 5; n += 1) await posted.record(eventOf('quiet', n));
  while (held.length < 16) await new Promise((resolve) => setTimeout(resolve, 5));
  isHanging = false;
  for (const response of held) response.writeHead(200).end();
  while (told.length < 16 + 1000) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(most, 16);
  assert.equal(told.filter((namespace) => namespace === 'quiet').length, 5);
  assert.ok(told.lastIndexOf('quiet') < 16 + 60, `at ${told.lastIndexOf('quiet')}`);
});
