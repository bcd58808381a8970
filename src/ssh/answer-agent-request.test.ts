import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { answerAgentRequest } from './answer-agent-request.ts';
import { sshPrivateKey } from './ssh-private-key.ts';
import { WireReader } from './wire-reader.ts';
import { wire } from './wire.ts';

const key = sshPrivateKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const other = sshPrivateKey(generateKeyPairSync('ed25519').privateKey);
const failure = Buffer.of(5);

const login = (service = 'ssh-connection'): Buffer =>
  Buffer.concat([
    wire.string('session'),
    Buffer.of(50),
    wire.string('git'),
    wire.string(service),
    wire.string('publickey'),
  ]);

const signRequest = (data: Buffer, flags: number, blob = key.publicBlob): Buffer =>
  Buffer.concat([Buffer.of(13), wire.string(blob), wire.string(data), wire.uint32(flags)]);

test('it shows its key', () => {
  const reader = new WireReader(answerAgentRequest(key, Buffer.of(11)));
  assert.deepEqual([reader.uint8(), reader.uint32(), reader.string()], [12, 1, key.publicBlob]);
});

test('it signs logins, by the algorithm that is asked for', () => {
  for (const [flags, algorithm] of [
    [2, 'rsa-sha2-256'],
    [4, 'rsa-sha2-512'],
  ] as const) {
    const reader = new WireReader(answerAgentRequest(key, signRequest(login(), flags)));
    assert.equal(reader.uint8(), 14);
    assert.deepEqual(reader.string(), key.sign(login(), algorithm));
  }
});

test('it does nothing else', () => {
  for (const request of [
    Buffer.of(),
    Buffer.of(13),
    Buffer.of(17, 0, 0), // adding a key
    Buffer.of(27), // an extension
    signRequest(login(), 0), // RSA with SHA-1
    signRequest(login('SSHSIG'), 4),
    signRequest(Buffer.from('SSHSIG and something that is no login'), 4),
    signRequest(login(), 4, other.publicBlob),
  ])
    assert.deepEqual(answerAgentRequest(key, request), failure, request.toString('hex'));
});
