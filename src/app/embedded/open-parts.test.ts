import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGitServer } from '../../../test/fakes/git-server/git-server.ts';
import { startRegistry } from '../../../test/fakes/registry/start-registry.ts';
import { parseImageName } from '../../model/image-ref.ts';
import { silentLog } from '../../model/log.ts';
import { makeCertificates } from '../../pipeline/publish/io/testing/certificates.ts';
import { keychainFromSecrets } from '../../pipeline/scan/keychain.ts';
import { systemClock } from '../clock.ts';
import { openParts } from './open-parts.ts';

test('one variable with an authority serves registry and Git alike', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-parts-'));
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const certificates = makeCertificates(root);
  if (certificates === undefined) return t.skip('there is no openssl here to make certificates with');
  const { server: tls } = certificates;
  const registry = await startRegistry({ server: (listener) => createServer(tls, listener) });
  t.after(() => registry.close());
  registry.registry.push('app', '1.0.0');
  const git = await startGitServer({ root: join(root, 'git'), tls });
  t.after(() => git.close());
  git.createRepository('fleet.git', { files: { 'a.yaml': 'a: 1\n' } });

  const reach = async (environment: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const parts = openParts({
      folder: mkdtempSync(join(root, 'state-')),
      environment: { PATH: process.env['PATH'], ...environment },
      clock: systemClock,
      log: silentLog,
      userAgent: 'test',
    });
    try {
      const access = { keychain: keychainFromSecrets([]), insecure: false, identity: '' };
      const image = parseImageName(`${registry.host}/app`);
      const request = {
        remote: { url: git.urlOf('fleet.git'), timeoutMs: 30_000 },
        checkout: { branch: 'main' },
        push: { branch: 'main', switched: false },
        path: '.',
        screen: { path: () => true, needle: Buffer.from('a') },
        draft: () => undefined,
      };
      const results = await Promise.allSettled([
        parts.registry.listTags(image, access, t.signal),
        parts.publisher.publish(request, t.signal),
      ]);
      return results.map(({ status }) => status);
    } finally {
      await parts.close();
    }
  };
  for (const variable of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'AWS_CA_BUNDLE'])
    assert.deepEqual(await reach({ [variable]: join(root, 'ca.crt') }), ['fulfilled', 'fulfilled'], variable);
});
