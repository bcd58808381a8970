import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { runProgram, type ProgramRun } from './testing/run-program.ts';

const opensslMissing = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed';

function folder(t: Pick<TestContext, 'after'>): string {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-create-secret-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function create(words: string, options: { readonly input?: string; readonly cwd?: string } = {}): ProgramRun {
  return runProgram(['create', 'secret', ...words.split(' ')], options);
}

function write(path: string, content: string): string {
  writeFileSync(path, content);
  return path;
}

/** A certificate of its own that is valid for `days`, with its key. */
function certificate(
  path: string,
  name: string,
  days: number,
): { readonly crt: string; readonly key: string } {
  const [crt, key] = [join(path, `${name}.crt`), join(path, `${name}.key`)];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', String(days)];
  execFileSync('openssl', ['req', '-x509', ...made, '-subj', `/CN=${name}`, '-keyout', key, '-out', crt], {
    stdio: 'ignore',
  });
  return { crt, key };
}

suite('--export prints what flux prints', () => {
  test('git with an account', () => {
    const { stdout, code } = create(
      'git podinfo-auth --url=https://github.com/acme/podinfo --username=my-username --password=my-password --namespace=my-namespace --export',
    );
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `---
apiVersion: v1
kind: Secret
metadata:
  name: podinfo-auth
  namespace: my-namespace
stringData:
  password: my-password
  username: my-username

`,
    );
  });

  test('git with a bearer token and labels', () => {
    const { stdout } = create(
      'git token --url=https://x/y --bearer-token=abc --label=team=a,tier=b --export',
    );
    assert.equal(
      stdout,
      `---
apiVersion: v1
kind: Secret
metadata:
  labels:
    team: a
    tier: b
  name: token
  namespace: flux-system
stringData:
  bearerToken: abc

`,
    );
  });

  test('proxy', () => {
    const { stdout } = create(
      'proxy p -n my-namespace --address=https://my-proxy.com -u my-username -p my-password --export',
    );
    assert.equal(
      stdout,
      `---
apiVersion: v1
kind: Secret
metadata:
  name: p
  namespace: my-namespace
stringData:
  address: https://my-proxy.com
  password: my-password
  username: my-username
type: Opaque

`,
    );
  });

  test('oci', () => {
    const { stdout } = create('oci ghcr --url=ghcr.io -u robot -p password -n my-namespace --export');
    assert.equal(
      stdout,
      `---
apiVersion: v1
kind: Secret
metadata:
  name: ghcr
  namespace: my-namespace
stringData:
  .dockerconfigjson: |-
    {
      "auths": {
        "ghcr.io": {
          "username": "robot",
          "password": "password",
          "auth": "cm9ib3Q6cGFzc3dvcmQ="
        }
      }
    }
type: kubernetes.io/dockerconfigjson

`,
    );
  });

  test('githubapp', { skip: opensslMissing }, (t) => {
    const key = join(folder(t), 'app.pem');
    execFileSync('openssl', ['genrsa', '-traditional', '-out', key, '2048'], { stdio: 'ignore' });
    const { stdout, stderr } = create(
      `githubapp appinfo -n my-namespace --app-id=1 --app-installation-id=2 --app-private-key=${key} --app-base-url=https://github.example.com/api/v3 --export`,
    );
    assert.equal(stderr, '');
    assert.equal(
      stdout,
      `---
apiVersion: v1
kind: Secret
metadata:
  name: appinfo
  namespace: my-namespace
stringData:
  githubAppBaseURL: https://github.example.com/api/v3
  githubAppID: "1"
  githubAppInstallationID: "2"
  githubAppPrivateKey: |
${readFileSync(key, 'utf8').trimEnd().replaceAll(/^/gm, '    ')}
type: Opaque

`,
    );
  });

  test('tls, without an empty line at the end', { skip: opensslMissing }, (t) => {
    const { crt, key } = certificate(folder(t), 'client', 365);
    const { stdout, stderr } = create(
      `tls certs --tls-crt-file=${crt} --tls-key-file=${key} --ca-crt-file=${crt} --export`,
    );
    assert.equal(stderr, '');
    assert.deepEqual(stdout.match(/^ {2}\S+: \|$/gm), ['  ca.crt: |', '  tls.crt: |', '  tls.key: |']);
    assert.match(stdout, /-----END PRIVATE KEY-----\ntype: kubernetes\.io\/tls\n$/);
  });
});

suite('what must not be seen is read from files and standard input', () => {
  test('a password on the command line is taken, with a warning that does not repeat it', () => {
    const { stderr } = create('git x --url=https://x/y -u me -p hunter2 --export');
    assert.match(stderr, /^⚠ --password shows a secret to whoever lists the processes.*--password-file/);
    assert.doesNotMatch(stderr, /hunter2/);
  });

  test('from a file, without its line break', (t) => {
    const file = write(join(folder(t), 'pw'), 'from file\n');
    const { stdout, stderr } = create(`git x --url=https://x/y -u me --password-file=${file} --export`);
    assert.match(stdout, /^ {2}password: from file$/m);
    assert.equal(stderr, '');
  });

  test('from standard input', () => {
    for (const [words, key] of [
      ['git x --url=https://x/y -u me --password-file - --export', 'password'],
      ['git x --url=https://x/y --bearer-token-file - --export', 'bearerToken'],
      ['proxy x --address=http://p -u me --password-file - --export', 'password'],
    ] as const) {
      const { stdout, stderr } = create(words, { input: 'piped\n' });
      assert.match(stdout, new RegExp(`^ {2}${key}: piped$`, 'm'));
      assert.equal(stderr, '');
    }
    const { stdout } = create('oci x --url=ghcr.io -u me --password-file - --export', { input: 'piped' });
    assert.match(stdout, /"password": "piped"/);
  });
});

for (const [words, sentence] of [
  ['git x --export', 'url is required (--url)'],
  ['git x --url=ftp://x/y --export', "git URL scheme 'ftp' not supported, can be: ssh, http and https"],
  [
    'git x --url=git@github.com:acme/fleet --export',
    '--url must be a URL: write it as ssh://git@github.com/acme/fleet',
  ],
  [
    'git x --url=https://x/y --export',
    'for Git over HTTP/S the username and password, or a bearer token is required',
  ],
  [
    'git x --url=https://x/y -u me -p pw --bearer-token=t --export',
    'user credentials and bearer token cannot be used together',
  ],
  ['git x --url=https://x/y --private-key-file=k --export', '--private-key-file is for ssh URLs'],
  [
    'git x --url=ssh://x/y --ca-crt-file=k --export',
    'specifying a CA file is not supported for Git over SSH',
  ],
  [
    'git x --url=https://x/y -u me -p pw --password-file=pw --export',
    'give --password or --password-file, not both',
  ],
  [
    'git x --url=https://x/y --password-file=- --bearer-token-file=- --export',
    'standard input can be read once',
  ],
  [
    'git x --url=https://x/y -u me --password-file=/none --export',
    'cannot read /none: there is no such file',
  ],
  ['git X --url=https://x/y -u me -p pw --export', 'metadata.name must consist of lower case letters'],
  ['proxy x --export', 'address is required (--address)'],
  [
    'proxy x --address=ftp://p --export',
    "--address: proxy URL must use one of the supported schemes (http, https, socks5), got 'ftp'",
  ],
  ['proxy x --address=http://u:pw@p --export', '--address holds a password'],
  ['oci x -u me -p pw --export', '--url is required'],
  ['oci x --url=ghcr.io -p pw --export', '--username is required'],
  ['oci x --url=ghcr.io -u me --export', 'a password is required'],
  [
    'oci x --url=oci://ghcr.io -u me -p pw --export',
    "--url takes a registry such as ghcr.io, or a path in it: remove 'oci://'",
  ],
  [
    'oci x --url=ghcr.io/a/b:1 -u me -p pw --export',
    '--url takes a registry such as ghcr.io, or a path in it: a tag is no part of it',
  ],
  ['tls x --export', 'certificates are required'],
  ['tls x --tls-crt-file=a --export', 'give --tls-crt-file and --tls-key-file together'],
  ['githubapp x --app-private-key=k --export', 'the App ID is required (--app-id)'],
  ['githubapp x --app-id=1 --export', 'the private key is required (--app-private-key)'],
  [
    'githubapp x --app-id=1 --app-private-key=k --export',
    'exactly one of --app-installation-owner and --app-installation-id must be given',
  ],
  [
    'githubapp x --app-id=1 --app-private-key=k --app-installation-id=acme --export',
    '--app-installation-id takes a number',
  ],
] as const) {
  test(`create secret ${words} is refused`, () => {
    const { code, stdout, stderr } = create(words);
    assert.deepEqual([code, stdout], [2, '']);
    const [said = ''] = stderr.split('\n').filter((line) => line.startsWith('✗'));
    assert.ok(said.startsWith(`✗ ${sentence}`), stderr);
  });
}

test('a file that is no private key of an App is named for what it is', { skip: opensslMissing }, (t) => {
  const path = folder(t);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { stdio: 'ignore', cwd: path });
  openssl('genrsa', '-out', 'rsa.pem', '2048');
  openssl('rsa', '-in', 'rsa.pem', '-pubout', '-out', 'public.pem');
  openssl('rsa', '-in', 'rsa.pem', '-aes128', '-passout', 'pass:secret', '-out', 'encrypted.pem');
  openssl('rsa', '-in', 'rsa.pem', '-traditional', '-aes128', '-passout', 'pass:secret', '-out', 'old.pem');
  openssl('genpkey', '-algorithm', 'ed25519', '-out', 'ed25519.pem');
  certificate(path, 'cert', 10);
  write(join(path, 'cut.pem'), readFileSync(join(path, 'rsa.pem'), 'utf8').slice(0, 500));
  write(join(path, 'text.pem'), 'hello');
  for (const [file, what] of [
    ['public.pem', 'holds a public key: the private key is wanted'],
    ['cert.crt', 'holds a certificate: the private key is wanted'],
    ['encrypted.pem', 'is encrypted with a passphrase'],
    ['old.pem', 'is encrypted with a passphrase'],
    ['ed25519.pem', 'is a key of type ed25519: GitHub gives RSA keys to its Apps'],
    ['cut.pem', 'looks like a private key, but cannot be read'],
    ['text.pem', 'is not in PEM'],
  ] as const) {
    const words = `githubapp x --app-id=1 --app-installation-owner=acme --app-private-key=${file} --export`;
    const { code, stderr } = create(words, { cwd: path });
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`✗ --app-private-key ${file} ${what}`), stderr);
  }
  const piped = create('githubapp x --app-id=1 --app-installation-owner=acme --app-private-key=- --export', {
    input: readFileSync(join(path, 'rsa.pem'), 'utf8'),
  });
  assert.equal(piped.code, 0);
});

test('certificates are looked at: the pair, the time, what the file is', { skip: opensslMissing }, (t) => {
  const path = folder(t);
  const [one, other] = [certificate(path, 'one', 365), certificate(path, 'other', 5)];
  const wrong = create(`tls x --tls-crt-file=${one.crt} --tls-key-file=${other.key} --export`);
  assert.match(wrong.stderr, /do not belong together: the certificate \(CN=one\) was made for another key/);
  const soon = create(`tls x --tls-crt-file=${other.crt} --tls-key-file=${other.key} --export`);
  assert.equal(soon.code, 0);
  assert.match(soon.stderr, /^⚠ --tls-crt-file \S+ expires on \d{4}-\d\d-\d\d$/m);
  const key = create(`tls x --ca-crt-file=${one.key} --export`);
  assert.match(key.stderr, /--ca-crt-file \S+ holds a private key: only certificates are wanted/);
  const alone = create(`tls x --ca-crt-file=${one.crt} --export`);
  assert.match(alone.stdout, /^type: Opaque$/m);
});

suite('without a cluster', () => {
  test('a Secret is written for its owner only, and replaced as a whole', (t) => {
    const path = folder(t);
    const first = create('git login --url=https://x/y -u me --password-file=- --secrets secrets', {
      input: 'one',
      cwd: path,
    });
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stdout, '');
    const place = join(path, 'secrets/flux-system/login');
    assert.equal(first.stderr, `► git secret 'login' created in 'flux-system' namespace\n  ${place}\n`);
    const modeOf = (file: string): number => statSync(join(path, file)).mode & 0o777;
    assert.deepEqual(
      ['secrets', 'secrets/flux-system', 'secrets/flux-system/login'].map(modeOf),
      [0o700, 0o700, 0o700],
    );
    assert.equal(modeOf('secrets/flux-system/login/password'), 0o600);
    const second = create('git login --url=https://x/y --bearer-token-file=- --secrets secrets', {
      input: 'two',
      cwd: path,
    });
    assert.match(second.stderr, /^► git secret 'login' updated in 'flux-system' namespace$/m);
    assert.deepEqual(readdirSync(place), ['bearerToken']);
    assert.equal(readFileSync(join(place, 'bearerToken'), 'utf8'), 'two');
    assert.deepEqual(readdirSync(join(path, 'secrets/flux-system')), ['login']);
  });

  test('with objects in files and no folder it says what to do', (t) => {
    const { code, stderr } = create(`proxy x --address=http://p -f ${folder(t)}`);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /✗ where shall the Secret be written\?.*\n {2}name a folder with --secrets DIR.*--export/,
    );
  });

  test('with neither a cluster nor a folder it says what to do', () => {
    const { code, stderr } = create('proxy x --address=http://p');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /✗ there is no cluster to work on[\s\S]*write the Secret to a folder with --secrets DIR, or print it/,
    );
  });

  test('a Secret that a manifest defines is not written a second time', (t) => {
    const path = folder(t);
    mkdirSync(join(path, 'objects'));
    write(
      join(path, 'objects/a.yaml'),
      'apiVersion: v1\nkind: Secret\nmetadata: {name: x, namespace: flux-system}\n',
    );
    const { code, stderr } = create('proxy x --address=http://p -f objects --secrets secrets', { cwd: path });
    assert.equal(code, 2);
    assert.match(stderr, /✗ Secret flux-system\/x is defined in \S+a\.yaml:1, which comes before/);
  });
});
