import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { GitRemote } from '../ports.ts';
import { makeCertificates } from './testing/certificates.ts';
import { wrapGit } from './testing/git-wrapper.ts';
import { fleet, marked, setPublishStage, setTag } from './testing/publish-stage.ts';

const users = {
  git: { password: 'CANARY-git-pw' },
  reader: { password: 'CANARY-reader-pw', access: 'read' },
} as const;
const basic = (username: string, password: string): NonNullable<GitRemote['credentials']> => ({
  type: 'basic',
  username,
  password,
});
const git = basic('git', users.git.password);

/** A server that answers everything with `answer`, and notes what it was sent. */
async function strangeServer(
  t: TestContext,
  answer: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    request.resume();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test('the right password, or the right token, opens the door; it is sent at once, without being asked for', async (t) => {
  const stage = await setPublishStage(t, { users, tokens: ['CANARY-token'] });
  const url = stage.server.urlOf('fleet.git');
  await stage.publish({ remote: { url, credentials: git, timeoutMs: 30_000 }, draft: setTag('2') });
  await stage.publish({
    remote: { url, credentials: { type: 'bearer', token: 'CANARY-token' }, timeoutMs: 30_000 },
    draft: setTag('3'),
  });
  await stage.publish({
    remote: { url: url.replace('//', '//git:CANARY-git-pw@'), timeoutMs: 30_000 },
    draft: setTag('4'),
  });
  assert.equal(stage.repository.log().length, 4);
  assert.deepEqual(
    stage.server.requests.filter(({ authorization }) => authorization === undefined),
    [],
  );
});

test('no password, or a wrong one, is named as such', async (t) => {
  const stage = await setPublishStage(t, { users });
  const url = stage.server.urlOf('fleet.git');
  const expected = (hint: string): object => ({
    code: 'GitUnauthorized',
    message: `unable to clone '${url}': authentication required: ${hint}`,
  });
  await assert.rejects(stage.publish(), expected('there are no credentials for it'));
  await assert.rejects(
    stage.publish({ remote: { url, credentials: basic('git', 'CANARY-wrong'), timeoutMs: 30_000 } }),
    expected('the credentials were refused'),
  );
});

test('credentials that may read and not write fail at the push, with the reason', async (t) => {
  const stage = await setPublishStage(t, { users });
  const url = stage.server.urlOf('fleet.git');
  const remote = { url, credentials: basic('reader', users.reader.password), timeoutMs: 30_000 };
  await assert.rejects(stage.publish({ remote }), {
    code: 'GitPushRejected',
    message: `authorization failed: the server answered 403: the credentials may not push to '${url}'`,
  });
  assert.equal((await stage.publish({ remote, draft: () => undefined })).outcome, 'nothing');
});

test('whatever status a server answers with is told, each under its code', async (t) => {
  const stage = await setPublishStage(t);
  const url = stage.server.urlOf('fleet.git');
  const cases: readonly (readonly [number, string, string])[] = [
    [403, 'GitUnauthorized', `unable to clone '${url}': authorization failed: the server answered 403`],
    [404, 'GitUnreachable', `unable to clone: repository not found: git repository: '${url}'`],
    [429, 'GitUnreachable', `unable to clone '${url}': the server answered 429`],
    [500, 'GitUnreachable', `unable to clone '${url}': the server answered 500`],
    [503, 'GitUnreachable', `unable to clone '${url}': the server answered 503`],
  ];
  for (const [status, code, message] of cases) {
    stage.server.intercept = () => ({ status, body: '<html>no</html>' });
    await assert.rejects(stage.publish(), { code, message }, String(status));
  }
  stage.server.intercept = undefined;
  await stage.publish({ draft: setTag('2') });
  for (const [status, code] of [
    [401, 'GitUnauthorized'],
    [403, 'GitPushRejected'],
    [500, 'GitUnreachable'],
  ] as const) {
    stage.server.intercept = ({ service }) => (service === 'git-receive-pack' ? { status } : undefined);
    await assert.rejects(stage.publish({ draft: setTag('3') }), { code }, `push ${status}`);
  }
  stage.server.intercept = undefined;
  assert.equal((await stage.publish({ draft: setTag('3') })).outcome, 'pushed');
});

test('a repository that is not there, a server that is not there, and a page that is no repository are told apart', async (t) => {
  const stage = await setPublishStage(t);
  const page = await strangeServer(t, {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>Log in</html>',
  });
  const refused = 'http://127.0.0.1:1/x.git';
  const at = (url: string): { readonly remote: GitRemote } => ({ remote: { url, timeoutMs: 30_000 } });
  await assert.rejects(stage.publish(at(stage.server.urlOf('nope.git'))), {
    code: 'GitUnreachable',
    message: /repository not found/,
  });
  await assert.rejects(stage.publish(at(`file://${stage.root}/nope.git`)), {
    code: 'GitUnreachable',
    message: /repository not found/,
  });
  await assert.rejects(stage.publish(at(refused)), {
    code: 'GitUnreachable',
    message: /^unable to clone 'http:\/\/127\.0\.0\.1:1\/x\.git': Failed to connect/,
  });
  await assert.rejects(stage.publish(at('http://nowhere.invalid/x.git')), {
    code: 'GitUnreachable',
    message: /Could not resolve host/,
  });
  await assert.rejects(stage.publish(at(`${page.url}/x.git`)), {
    code: 'GitUnreachable',
    message: /is not its address$/,
  });
  await assert.rejects(stage.publish(at('ftp://git@host/x.git')), {
    code: 'GitFailed',
    message: "'ftp://host/x.git' is not a URL of the form http://, https://, ssh:// or file://",
  });
});

test('a server that hangs is given up in time, while listing, fetching and pushing', async (t) => {
  const stage = await setPublishStage(t);
  const hangs: readonly (readonly [string, string, string])[] = [
    ['listing.git', '/info/refs?service=git-upload-pack', 'unable to clone'],
    ['fetching.git', '/git-upload-pack', 'unable to clone'],
    ['asking.git', '/info/refs?service=git-receive-pack', 'unable to push to'],
    ['pushing.git', '/git-receive-pack', 'unable to push to'],
  ];
  for (const [name] of hangs) stage.server.createRepository(name, { files: fleet });
  let listed = false;
  stage.server.intercept = ({ path }) => {
    if (!hangs.some(([name, part]) => path === `/${name}${part}`)) return undefined;
    const isListing = path === '/fetching.git/git-upload-pack' && !listed;
    listed ||= isListing;
    return isListing ? undefined : 'hang';
  };
  await Promise.all(
    hangs.map(async ([name, , doing]) => {
      const url = stage.server.urlOf(name);
      const message = `${doing} '${url}': no answer within 4s`;
      await assert.rejects(stage.publish({ remote: { url, timeoutMs: 4000 } }), {
        code: 'GitTimeout',
        message,
      });
    }),
  );
  stage.server.intercept = undefined;
  assert.equal((await stage.publish()).outcome, 'pushed');
});

test('a hanging server is left at once when nobody waits any longer', async (t) => {
  const stage = await setPublishStage(t);
  const controller = new AbortController();
  const reached = new Promise<void>((resolve) => {
    stage.server.intercept = ({ service }) => {
      if (service !== 'git-receive-pack') return undefined;
      resolve();
      return 'hang';
    };
  });
  const publishing = stage.publish({}, controller.signal);
  await reached;
  controller.abort();
  await assert.rejects(publishing, { code: 'Aborted' });
  stage.server.intercept = undefined;
  assert.equal((await stage.publish()).outcome, 'pushed');
});

test('a connection that breaks off is told, and the next run works', async (t) => {
  const stage = await setPublishStage(t);
  stage.server.intercept = () => 'cut';
  await assert.rejects(stage.publish(), { code: 'GitUnreachable' });
  stage.server.intercept = undefined;
  assert.equal((await stage.publish()).outcome, 'pushed');
});

test('a listing on a connection that the server has closed in the meantime is tried again', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: () => undefined });
  let cuts = 0;
  stage.server.intercept = () => (cuts++ === 0 ? 'cut' : undefined);
  assert.equal((await stage.publish({ draft: () => undefined })).outcome, 'nothing');
});

test('a repository that was renamed on the same host is found, with the credentials', async (t) => {
  const stage = await setPublishStage(t, { users });
  const url = stage.server.urlOf('old-name.git');
  stage.server.intercept = ({ path }) =>
    path.startsWith('/old-name.git/')
      ? { status: 301, headers: { Location: path.replace('old-name', 'fleet') } }
      : undefined;
  const remote = { url, credentials: git, timeoutMs: 30_000 };
  assert.equal((await stage.publish({ remote, draft: setTag('2') })).outcome, 'pushed');
  assert.equal((await stage.publish({ remote, draft: setTag('3') })).outcome, 'pushed');
  assert.equal(stage.repository.log().length, 3);
  assert.ok(stage.logged.some((line) => line.startsWith('info the remote has moved')));
  stage.server.intercept = ({ path }) => {
    if (path.startsWith('/fleet.git/')) return { status: 404 };
    return path.startsWith('/old-name.git/')
      ? { status: 301, headers: { Location: path.replace('old-name', 'newer') } }
      : undefined;
  };
  const newer = stage.server.createRepository('newer.git', { files: fleet });
  assert.equal((await stage.publish({ remote, draft: setTag('4') })).outcome, 'pushed');
  assert.equal(newer.log().length, 2);
});

test('a redirect to another host is refused by name, and nothing is sent there', async (t) => {
  const stage = await setPublishStage(t, { users });
  const other = await strangeServer(t, { status: 200 });
  const elsewhere = other.url.replace('127.0.0.1', 'localhost');
  stage.server.intercept = ({ path }) => ({ status: 302, headers: { Location: `${elsewhere}${path}` } });
  const remote = { url: stage.server.urlOf('fleet.git'), credentials: git, timeoutMs: 30_000 };
  await assert.rejects(stage.publish({ remote }), {
    code: 'GitUnreachable',
    message: new RegExp(`redirects to another host, '${elsewhere}'`),
  });
  stage.server.intercept = ({ path }) => ({ status: 302, headers: { Location: `${other.url}${path}` } });
  await assert.rejects(stage.publish({ remote }), {
    code: 'GitUnreachable',
    message: /redirects to another host/,
  });
  stage.server.intercept = ({ path }) => ({ status: 302, headers: { Location: path } });
  await assert.rejects(stage.publish({ remote }), {
    code: 'GitUnreachable',
    message: /the server answered 302$/,
  });
  assert.deepEqual(other.seen, []);
});

test('a server of the old protocol is served as well', async (t) => {
  const stage = await setPublishStage(t, { version2: false });
  const first = stage.repository.head() ?? '';
  stage.repository.git('tag', 'v1.0.0', first);
  for (const tag of ['2', '3', '4']) {
    stage.repository.commit({ 'other.txt': tag });
    assert.equal((await stage.publish({ draft: setTag(tag) })).outcome, 'pushed');
  }
  const toAuto = { push: { branch: 'auto', switched: true } };
  const old = await stage.publish({ ...toAuto, checkout: { commit: first } });
  assert.equal(old.revision, `sha1:${first}`);
  assert.equal(
    (await stage.publish({ ...toAuto, checkout: { semver: '1.x' }, draft: setTag('5') })).revision,
    `v1.0.0@sha1:${first}`,
  );
  await assert.rejects(stage.publish({ ...toAuto, checkout: { commit: '2'.repeat(40) } }), {
    code: 'GitRefNotFound',
  });
});

test('where shallow fetches are refused the whole history is fetched', async (t) => {
  const stage = await setPublishStage(t);
  const refusing = wrapGit(
    stage.root,
    'case "$*" in *--depth=1*) echo "fatal: Server does not support shallow clients" >&2; exit 128;; esac',
  );
  stage.repository.commit({ 'a.txt': 'a' });
  const other = stage.restart({ git: refusing });
  assert.equal((await other.publish()).outcome, 'pushed');
  stage.repository.commit({ 'b.txt': 'b' });
  assert.equal((await other.publish({ draft: setTag('3') })).outcome, 'pushed');
});

test('a full disk is named, and the mirror survives it', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  const full = wrapGit(
    stage.root,
    'case "$*" in *fetch*) echo "fatal: write error: No space left on device" >&2; exit 128;; esac',
  );
  stage.repository.commit({ 'a.txt': 'a' });
  await assert.rejects(stage.restart({ git: full }).publish({ draft: setTag('3') }), { code: 'DiskFull' });
  assert.equal((await stage.publish({ draft: setTag('3') })).outcome, 'pushed');
  assert.ok(!stage.logged.some((line) => line.startsWith('error')));
});

test('a machine without git is told so', async (t) => {
  const stage = await setPublishStage(t);
  const without = stage.restart({ git: join(stage.root, 'no-such-git') });
  await assert.rejects(without.publish(), {
    code: 'GitFailed',
    message: 'git was not found in PATH: install git 2.31 or newer',
  });
});

test(
  'a folder that may not be written to is named',
  { skip: process.getuid?.() === 0 ? 'root may write everywhere' : false },
  async (t) => {
    const stage = await setPublishStage(t);
    mkdirSync(join(stage.root, 'closed'), { mode: 0o500 });
    const closed = stage.restart({ mirrors: join(stage.root, 'closed/mirrors') });
    await assert.rejects(closed.publish(), { code: 'StateUnwritable' });
  },
);

test('mirrors inside a work tree do not take over its configuration', async (t) => {
  const stage = await setPublishStage(t);
  const tree = join(stage.root, 'checkout');
  mkdirSync(join(tree, '.git/objects'), { recursive: true });
  mkdirSync(join(tree, '.git/refs'));
  writeFileSync(join(tree, '.git/HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(
    join(tree, '.git/config'),
    '[url "http://127.0.0.1:1/"]\n\tinsteadOf = http://\n[core]\n\trepositoryformatversion = 99\n',
  );
  const inside = stage.restart({ mirrors: join(tree, '.tidemark/mirrors') });
  assert.equal((await inside.publish()).outcome, 'pushed');
});

test('nothing of the environment or of configuration files reaches git', async (t) => {
  const stage = await setPublishStage(t);
  const trap = join(stage.root, 'trap');
  mkdirSync(trap);
  const seen = join(stage.root, 'environment');
  const spying = wrapGit(
    stage.root,
    `env | grep -E '^(GIT_|SSH_|HOME|http|https|LC_|LANG)' | sed 's/=.*//' >> ${seen}`,
  );
  const environment = {
    ...process.env,
    GIT_DIR: trap,
    GIT_SSL_CAINFO: '/nope',
    GIT_ASKPASS: '/nope',
    SSH_ASKPASS: '/nope',
    GIT_SSH_COMMAND: 'false',
    http_proxy: 'http://127.0.0.1:1',
    HTTPS_PROXY: 'http://127.0.0.1:1',
    GIT_CONFIG_PARAMETERS: "'http.proxy=http://127.0.0.1:1'",
    HOME: trap,
  };
  assert.equal((await stage.restart({ git: spying, environment }).publish()).outcome, 'pushed');
  const names = new Set(
    readFileSync(seen, 'utf8')
      .split('\n')
      .filter((name) => !/^GIT_CONFIG_(?:KEY|VALUE)_|^$/.test(name)),
  );
  assert.deepEqual([...names].sort(), [
    'GIT_ALLOW_PROTOCOL',
    'GIT_ATTR_NOSYSTEM',
    'GIT_CEILING_DIRECTORIES',
    'GIT_CONFIG_COUNT',
    'GIT_CONFIG_GLOBAL',
    'GIT_CONFIG_NOSYSTEM',
    'GIT_DIR',
    'GIT_NO_REPLACE_OBJECTS',
    'GIT_TERMINAL_PROMPT',
    'HOME',
    'LANG',
    'LC_ALL',
  ]);
  assert.deepEqual(readdirSync(trap), []);
});

test('a server with a certificate of its own authority, and one that asks for a client certificate, are reached; no key stays on the disk', async (t) => {
  const stage = await setPublishStage(t);
  const certificates = makeCertificates(stage.root);
  if (certificates === undefined) return t.skip('there is no openssl here to make certificates with');
  const { ca, server, client } = certificates;
  const secure = await setPublishStage(t, { tls: { ...server, ca, requestCert: true } });
  const url = secure.server.urlOf('fleet.git');
  await assert.rejects(secure.publish({ remote: { url, timeoutMs: 30_000 } }), {
    code: 'GitUnreachable',
    message: /certificate/i,
  });
  const withoutKey = { url, timeoutMs: 30_000, tls: { ca } };
  await assert.rejects(secure.publish({ remote: withoutKey }), { code: 'GitUnreachable' });
  const foreign = makeCertificates(mkdtempSync(join(stage.root, 'foreign-')))?.client;
  const withForeignKey = { url, timeoutMs: 30_000, tls: { ca, ...foreign } };
  await assert.rejects(secure.publish({ remote: withForeignKey }), { code: 'GitUnreachable' });
  const remote = { url, timeoutMs: 30_000, tls: { ca, ...client } };
  assert.equal((await secure.publish({ remote, draft: setTag('2') })).outcome, 'pushed');
  assert.equal((await secure.publish({ remote, draft: setTag('3') })).outcome, 'pushed');
  assert.deepEqual(readdirSync(join(secure.mirrors, 'home')), []);
});

test('a proxy is used when one is given, with its credentials', async (t) => {
  const stage = await setPublishStage(t);
  const proxy = await strangeServer(t, { status: 502 });
  const remote = {
    url: 'http://git.example.com/x.git',
    proxy: proxy.url.replace('//', '//me:CANARY-proxy@'),
    timeoutMs: 30_000,
  };
  await assert.rejects(stage.publish({ remote }), {
    code: 'GitUnreachable',
    message: "unable to clone 'http://git.example.com/x.git': the server answered 502",
  });
  assert.match(
    proxy.seen[0] ?? '',
    /^GET http:\/\/git\.example\.com\/x\.git\/info\/refs\?service=git-upload-pack/,
  );
});

test('files in folders that are links, and marked files of odd shape, do not stop a run', async (t) => {
  const stage = await setPublishStage(t, {
    files: { ...fleet, 'empty.yaml': '', 'big.yaml': `${'x'.repeat(3_000_000)}\n${marked('web:1')}` },
  });
  assert.equal((await stage.publish()).outcome, 'pushed');
  assert.ok(stage.repository.read('big.yaml').toString().endsWith(marked('web:2')));
});
