import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataPacket, delimiterPacket, flushPacket, readPackets } from './pkt-line.ts';

test('a packet says how long it is, in bytes', () => {
  assert.equal(dataPacket('command=ls-refs\n'), '0014command=ls-refs\n');
  assert.equal(dataPacket('ü'), '0006ü');
});

test('packets are read as far as they have arrived', () => {
  const bytes = Buffer.from(`${dataPacket('a')}${delimiterPacket}${dataPacket('bc')}${flushPacket}0002`);
  const seen = (length: number): readonly string[] =>
    readPackets(bytes.subarray(0, length)).packets.map((packet) =>
      packet.kind === 'data' ? packet.data.toString() : packet.kind,
    );
  assert.deepEqual(seen(bytes.length), ['a', 'delimiter', 'bc', 'flush', 'response-end']);
  assert.deepEqual(seen(bytes.length - 1), ['a', 'delimiter', 'bc', 'flush']);
  assert.deepEqual(seen(4), []);
  assert.equal(readPackets(bytes.subarray(0, 12)).consumed, 9);
});

test('what is no packet is an error', () => {
  for (const text of ['<htm', '0003', 'zzzz'])
    assert.throws(() => readPackets(Buffer.from(text)), /wire protocol/);
});
