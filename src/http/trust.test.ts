import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { silentLog } from '../model/log.ts';
import { makeCertificates, type Certificates } from '../pipeline/publish/io/testing/certificates.ts';
import { HttpClient } from './http-client.ts';
import { readCertificates } from './read-certificates.ts';
import { Trust } from './trust.ts';

interface Stage {
  readonly folder: string;
  readonly certificates: Certificates;
  /** The authority, in a file of its own. */
  readonly file: string;
}

function stage(t: TestContext): Stage | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-trust-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const certificates = makeCertificates(folder);
  if (certificates === undefined) {
    t.skip('there is no openssl here to make certificates with');
    return undefined;
  }
  const file = join(folder, 'ca.crt');
  return { folder, certificates, file };
}

/** A trust, and what it logs. */
function trustOf(environment: Readonly<Record<string, string>>): {
  readonly trust: Trust;
  readonly said: readonly string[];
} {
  const said: string[] = [];
  return { said, trust: new Trust(environment, { ...silentLog, error: (text) => void said.push(text) }) };
}

for (const variable of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'AWS_CA_BUNDLE', 'SSL_CERT_DIR']) {
  test(`the authorities that ${variable} names are added to those that count anyway`, async (t) => {
    const made = stage(t);
    if (made === undefined) return;
    const { certificates, file, folder } = made;
    const { server } = certificates;
    const https = createServer(server, (_, response) => void response.end('hello'));
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    t.after(() => https.close());
    const url = new URL(`https://127.0.0.1:${(https.address() as AddressInfo).port}`);
    const ask = async (environment: Readonly<Record<string, string>>): Promise<string> => {
      const client = new HttpClient({ userAgent: 'test', trust: trustOf(environment).trust });
      t.after(() => client.close());
      return (await client.send({ method: 'GET', url }, {}, t.signal)).body.toString();
    };
    await assert.rejects(ask({}), /certificate|issuer/);
    assert.equal(
      await ask({ [variable]: variable === 'SSL_CERT_DIR' ? `/nowhere:${folder}` : file }),
      'hello',
    );
    const { trust } = trustOf({ [variable]: variable === 'SSL_CERT_DIR' ? folder : file });
    const [authority] = readCertificates(file);
    assert.ok(trust.additions().includes(authority ?? ''));
    const usual = new Set(new Trust({}).authorities());
    assert.ok(
      [...usual].every((one) => trust.authorities().includes(one)),
      'nothing is taken away',
    );
  });
}

test('a file that cannot be used is named with its variable, and the others count', (t) => {
  const made = stage(t);
  if (made === undefined) return;
  const { folder, file } = made;
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'nothing here');
  const damaged = join(folder, 'damaged.pem');
  writeFileSync(damaged, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const { trust, said } = trustOf({
    NODE_EXTRA_CA_CERTS: text,
    SSL_CERT_FILE: damaged,
    SSL_CERT_DIR: join(folder, 'nowhere'),
    AWS_CA_BUNDLE: file,
  });
  assert.deepEqual(trust.additions(), readCertificates(file));
  trust.authorities();
  const end = 'its certificates are not trusted';
  assert.deepEqual(
    said.map((line) => line.replace(/ENOENT.*; its/, 'ENOENT; its')),
    [
      `NODE_EXTRA_CA_CERTS names '${text}', which cannot be used: it holds no certificate in PEM form; ${end}`,
      `SSL_CERT_FILE names '${damaged}', which cannot be used: certificate 1 of 1 in it is damaged; ${end}`,
      `SSL_CERT_DIR names '${join(folder, 'nowhere')}', which cannot be used: ENOENT; ${end}`,
    ],
  );
});

test('a folder of certificates may hold links and other things', (t) => {
  const made = stage(t);
  if (made === undefined) return;
  const folder = join(made.folder, 'certs');
  mkdirSync(join(folder, 'private'), { recursive: true });
  symlinkSync(made.file, join(folder, 'ab12cd34.0'));
  symlinkSync(made.file, join(folder, 'ca.pem'));
  symlinkSync('/nowhere', join(folder, 'dangling.0'));
  writeFileSync(join(folder, 'README'), 'certificates');
  const { trust, said } = trustOf({ SSL_CERT_DIR: folder });
  assert.deepEqual(trust.additions(), readCertificates(made.file));
  assert.deepEqual(said, []);
});

test('empty variables, and none, add nothing', () => {
  for (const environment of [{}, { SSL_CERT_FILE: '', SSL_CERT_DIR: '', NODE_EXTRA_CA_CERTS: '' }]) {
    const { trust, said } = trustOf(environment);
    assert.deepEqual([trust.additions(), said], [[], []]);
    assert.ok(trust.authorities().length > 50);
  }
});
