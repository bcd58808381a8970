import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startLoop, type Loop } from '../../../test/builders/loop.ts';
import { startGithub, type FakeGithub } from '../../../test/fakes/github/fake-github.ts';
import type { GitRepository as BareRepository } from '../../../test/fakes/git-server/git-repository.ts';

interface Stage {
  readonly loop: Loop;
  readonly github: FakeGithub;
  readonly fleet: BareRepository;
  /** Another tag, and the automation asked for a run. */
  next(): Promise<void>;
  ready(): Promise<string>;
}

interface Wanted {
  readonly provider?: string;
  readonly secretRef?: string;
  readonly url?: string;
}

async function stage(
  t: TestContext,
  { provider = 'github', secretRef = 'app', url }: Wanted = {},
): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'github-loop-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const github = await startGithub({ root });
  t.after(() => github.close());
  const loop = await startLoop(t);
  loop.registry.push('web', '1.0.0');
  const fleet = github.git.createRepository('acme/fleet.git', {
    branch: 'main',
    files: { 'app.yaml': `image: ${loop.host}/web:1.0.0 # {"$imagepolicy": "apps:web"}\n` },
  });
  loop.write('secret.yaml', secretFor(github));
  loop.write('web.yaml', objectsFor({ url: url ?? github.git.urlOf('acme/fleet.git'), provider, secretRef }));
  await loop.until(async () => (await loop.conditions('ImageUpdateAutomation', 'web')).length > 0);
  await loop.idle();
  let patch = 0;
  return {
    loop,
    github,
    fleet,
    next: async () => {
      patch += 1;
      loop.registry.push('web', `1.0.${patch}`);
      await loop.request('ImageRepository', 'web');
      await loop.idle();
    },
    ready: async () => (await loop.conditions('ImageUpdateAutomation', 'web')).join('\n'),
  };
}

function secretFor({ privateKey, apiUrl }: FakeGithub): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: app, namespace: apps}
stringData:
  githubAppID: "12345"
  githubAppInstallationOwner: acme
  githubAppBaseURL: ${apiUrl}
  githubAppPrivateKey: ${JSON.stringify(privateKey)}
---
apiVersion: v1
kind: Secret
metadata: {name: basic, namespace: apps}
stringData: {username: u, password: p}
`;
}

function objectsFor({ url, provider, secretRef }: Required<Wanted>): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps}
spec: {image: HOST/web, interval: 1h}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: apps}
spec:
  imageRepositoryRef: {name: web}
  policy: {semver: {range: '>=1.0.0'}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: apps}
spec:
  interval: 1h
  url: ${url}
  provider: ${provider}
  ref: {branch: main}
${secretRef === '' ? '' : `  secretRef: {name: ${secretRef}}\n`}---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: web, namespace: apps}
spec:
  interval: 1h
  sourceRef: {kind: GitRepository, name: fleet}
  git:
    commit: {author: {name: Bot, email: bot@example.com}}
  update: {path: ./}
`;
}

function imageIn({ loop, fleet }: Stage): string | undefined {
  return fleet.read('app.yaml').toString().replace(loop.host, 'HOST').split(' #')[0];
}

test('an app pushes with tokens of its installation, and one token serves many runs', async (t) => {
  const world = await stage(t);
  await world.next();
  await world.next();
  assert.match(await world.ready(), /Ready=True Succeeded/);
  assert.equal(imageIn(world), 'image: HOST/web:1.0.2');
  assert.equal(world.github.api.issued.length, 1);
});

const noApp =
  'secretRef with github app data must be specified when provider is set to github: invalid source configuration';

for (const [title, wanted, told] of [
  ['a provider without a Secret', { secretRef: '' }, noApp],
  ['a provider with the Secret of no app', { secretRef: 'basic' }, noApp],
  [
    'the Secret of an app without the provider',
    { provider: 'generic' },
    "secretRef 'apps/app' has github app data but provider is not set to github: invalid source configuration",
  ],
] as const) {
  test(`${title} stalls in Flux's words`, async (t) => {
    const { ready, github } = await stage(t, wanted);
    assert.ok((await ready()).includes(`Stalled=True InvalidSourceConfiguration: ${told}`), await ready());
    assert.deepEqual(github.api.requests, []);
  });
}

test('an app opens no repository that is not reached over HTTP', async (t) => {
  const { ready, github } = await stage(t, { url: 'file:///srv/fleet.git' });
  assert.match(
    await ready(),
    /Ready=False SourceManagerFailed: failed configuring source manager: provider 'github' needs an https:\/\/ URL/,
  );
  assert.deepEqual(github.api.requests, []);
});

test('a limit of the API is a failed source, and nothing is asked meanwhile', async (t) => {
  const world = await stage(t);
  const { api } = world.github;
  world.github.endTokens();
  api.intercept = () => ({ status: 429, headers: { 'retry-after': '600' }, body: {} });
  await world.next();
  const asked = api.requests.length;
  for (const round of [1, 2]) {
    await world.loop.request('ImageUpdateAutomation', 'web');
    assert.match(
      await world.ready(),
      /SourceManagerFailed: .* the next one is made in \d+ \w+/,
      String(round),
    );
  }
  assert.equal(api.requests.length, asked);
});

test('a failed exchange is a failed source, and over when it works', async (t) => {
  const world = await stage(t);
  world.github.endTokens();
  world.github.account.suspendedAt = '2026-11-01T10:00:00Z';
  await world.next();
  assert.match(
    await world.ready(),
    /Ready=False GitOperationFailed: failed to checkout source: failed to configure authentication options: POST \S+: 403 "This installation has been suspended": installation 100 of app 12345 is suspended/,
  );
  await world.loop.request('ImageUpdateAutomation', 'web');
  assert.match(
    await world.ready(),
    /Ready=False SourceManagerFailed: failed configuring source manager: failed to configure authentication options: POST \S+: 403/,
  );
  world.github.account.suspendedAt = undefined;
  await world.loop.request('ImageUpdateAutomation', 'web');
  assert.match(await world.ready(), /Ready=True/);
  assert.equal(imageIn(world), 'image: HOST/web:1.0.1');
});

test('a token that ends in the middle of a push is renewed, and the push is made', async (t) => {
  const world = await stage(t);
  let ended = 0;
  world.github.onGit = ({ method, service }) => {
    // The push has been let in, and now sends its pack.
    if (method === 'POST' && service === 'git-receive-pack' && ended === 0) {
      ended += 1;
      world.github.endTokens();
    }
    return undefined;
  };
  await world.next();
  assert.equal(ended, 1);
  assert.match(await world.ready(), /Ready=True Succeeded/);
  assert.equal(imageIn(world), 'image: HOST/web:1.0.1');
  assert.equal(world.fleet.log('main').length, 2);
  assert.equal(world.github.api.issued.length, 2);
});

test('an app that may not write is told so when it pushes, and pushes as soon as it may', async (t) => {
  const world = await stage(t);
  world.github.endTokens();
  world.github.account.contents = 'read';
  await world.next();
  assert.match(
    await world.ready(),
    /Ready=False GitOperationFailed: failed to update source: failed to push to remote: authorization failed: the server answered 403: the credentials may not push to '\S+'; the installation of GitHub App 12345 has the permission Contents: read, and a push needs Read and write;/,
  );
  world.github.account.contents = 'write';
  await world.loop.request('ImageUpdateAutomation', 'web');
  assert.match(await world.ready(), /Ready=True/);
  assert.equal(imageIn(world), 'image: HOST/web:1.0.1');
});
