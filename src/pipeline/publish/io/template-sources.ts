import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Clock } from '../../../model/clock.ts';
import type { KeyKind, TemplateSources } from '../../../go/template/go-value.ts';

/** The clock, random values and keys for message templates that ask for some. */
export function templateSources(clock: Clock): TemplateSources {
  return { now: () => clock.now(), random: (size) => randomBytes(size), generateKey };
}

function generateKey(kind: KeyKind): string {
  const { privateKey } = generateKeyPair(kind);
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function generateKeyPair(kind: KeyKind): ReturnType<typeof generateKeyPairSync> {
  switch (kind) {
    case 'rsa2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'rsa4096':
      return generateKeyPairSync('rsa', { modulusLength: 4096 });
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
  }
}
