import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { Trust } from '../../http/trust.ts';
import type { Told } from '../kubernetes/progress.ts';
import type { TlsFacts } from './connect-to.ts';
import { describeTls } from './describe-tls.ts';
import { probeServer, type ServerTarget } from './probe-server.ts';

const advice = { authority: 'ca.crt of Secret a/b', trust: 'TRUST', notTls: 'NOT TLS' };
const deps = {
  refuse: () => undefined,
  trust: new Trust({}),
  now: new Date(),
  signal: new AbortController().signal,
};

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function toldBy(
  work: Told<boolean>,
): Promise<{ readonly result: boolean; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  for (;;) {
    const next = await work.next();
    if (next.done === true) return { result: next.value, lines };
    const { sign, text, detail } = next.value;
    lines.push(`${sign}: ${text}${detail === undefined ? '' : ` [${detail}]`}`);
  }
}

function target(port: number, more: Partial<ServerTarget> = {}): ServerTarget {
  return { hostname: '127.0.0.1', port, speech: 'tls', tls: {}, advice, ...more };
}

test('a server without TLS, where TLS is a must', async (t) => {
  const port = await listening(t, createServer());
  const { result, lines } = await toldBy(probeServer(target(port), deps));
  assert.equal(result, false);
  assert.match(lines[1] ?? '', /^failed: TLS with 127\.0\.0\.1:\d+: .*\[NOT TLS\]$/);
  const allowed = await toldBy(probeServer(target(port, { speech: 'tls or plain' }), deps));
  assert.equal(allowed.result, true);
});

test('the other port is tried where plain HTTP is allowed and nobody speaks TLS', async (t) => {
  const plainPort = await listening(t, createServer());
  const free = createServer();
  const port = await listening(t, free);
  free.close();
  await once(free, 'close');
  const { result, lines } = await toldBy(
    probeServer(target(port, { speech: 'tls or plain', plainPort }), deps),
  );
  assert.deepEqual([result, lines], [true, [`done: connected to 127.0.0.1:${plainPort}`]]);
});

test('a certificate for another name', async (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) return t.skip('openssl is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-probe-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=other', '-addext', 'subjectAltName=DNS:other.example'];
  execFileSync('openssl', ['req', '-x509', ...made, ...names, '-keyout', 'key', '-out', 'crt'], {
    cwd: folder,
    stdio: 'ignore',
  });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const port = await listening(t, createTlsServer({ key: read('key'), cert: read('crt') }));
  const { result, lines } = await toldBy(probeServer(target(port, { tls: { ca: read('crt') } }), deps));
  assert.equal(result, false);
  assert.match(
    lines[1] ?? '',
    /^failed: TLS: the certificate is for other\.example, and not for 127\.0\.0\.1 \[/,
  );
  return undefined;
});

test('a host that a run would not connect to is not connected to', async (t) => {
  let connections = 0;
  const server = createServer().on('connection', () => (connections += 1));
  const port = await listening(t, server);
  const refuse = (host: string): string | undefined => (host === '127.0.0.1' ? 'it is refused' : undefined);
  const { result, lines } = await toldBy(probeServer(target(port), { ...deps, refuse }));
  assert.deepEqual([result, lines], [false, ['failed: name 127.0.0.1: it is refused']]);
  assert.equal(connections, 0);
});

test('a certificate whose time is over, not yet there, or nearly over', async () => {
  const facts = (problem: string | undefined): TlsFacts =>
    ({
      protocol: 'TLSv1.3',
      problem,
      certificate: {
        issuer: { O: 'Acme', CN: 'Acme CA' },
        valid_from: 'Jan  1 00:00:00 2026 GMT',
        valid_to: 'Mar  1 00:00:00 2026 GMT',
        fingerprint256: '',
      },
    }) as unknown as TlsFacts;
  const say = async (problem: string | undefined, now: string): Promise<readonly string[]> =>
    (await toldBy(describeTls(facts(problem), { hostname: 'x', tls: {}, advice }, new Date(now)))).lines;
  assert.match(
    (await say('CERT_HAS_EXPIRED', '2026-04-01'))[0] ?? '',
    /certificate of x has expired on 2026-03-01 /,
  );
  assert.match(
    (await say('CERT_HAS_EXPIRED', '2026-02-01'))[0] ?? '',
    /a certificate in the chain of x has expired/,
  );
  assert.match(
    (await say('CERT_NOT_YET_VALID', '2025-02-01'))[0] ?? '',
    /is not valid yet \(from 2026-01-01\)/,
  );
  assert.deepEqual(await say(undefined, '2026-02-20'), [
    "done: TLS 1.3: certificate from 'Acme, Acme CA', valid until 2026-03-01, trusted by the authorities of this machine",
    'warning: the certificate of x expires on 2026-03-01',
  ]);
  assert.match(
    (await say('SELF_SIGNED_CERT_IN_CHAIN', '2026-02-01'))[0] ?? '',
    /from 'Acme, Acme CA', which is trusted neither by this machine nor by the object \(SELF_SIGNED_CERT_IN_CHAIN\) \[TRUST\]/,
  );
});
