import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoop } from '../../test/builders/loop.ts';
import { startSocks5Proxy } from '../../test/fakes/proxy/socks5-proxy.ts';

const objects = `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: apps}
spec: {image: HOST/app, interval: 1h}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: app, namespace: apps}
spec:
  imageRepositoryRef: {name: app}
  policy: {semver: {range: '>=1.0.0'}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: sources}
spec: {url: 'http://git.test/fleet.git', interval: 1h, ref: {branch: main}, proxySecretRef: {name: way}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: auto, namespace: apps}
spec:
  interval: 1h
  sourceRef: {kind: GitRepository, name: fleet, namespace: sources}
  git: {commit: {author: {name: Bot, email: bot@example.com}}}
`;

test('a GitRepository is reached through the proxy of its Secret, which is named while it is missing or wrong', async (t) => {
  const loop = await startLoop(t);
  const user = { name: 'me', password: 'CANARY-proxy' };
  const proxy = await startSocks5Proxy({
    user,
    hosts: { 'git.test': new URL(loop.git.url).host },
    onlyHosts: true,
  });
  t.after(() => proxy.close());
  loop.registry.push('app', '1.1.0');
  const fleet = loop.createRepository('fleet.git', {
    'app.yaml': 'image: HOST/app:1.0.0 # {"$imagepolicy": "apps:app"}\n',
  });
  const ready = async (text: string): Promise<void> =>
    loop.until(async () => (await loop.conditions('ImageUpdateAutomation', 'auto')).join().includes(text));
  const secret = (values: Readonly<Record<string, string>>): void =>
    loop.write(
      'secret.yaml',
      `apiVersion: v1\nkind: Secret\nmetadata: {name: way, namespace: sources}\nstringData: ${JSON.stringify(values)}\n`,
    );
  const failed = 'SourceManagerFailed: failed configuring source manager: ';
  loop.write('all.yaml', objects);
  await ready(
    `${failed}failed to get proxy options: failed to get secret 'sources/way': secrets "way" not found`,
  );
  secret({ address: 'ftp://CANARY@proxy' });
  await ready(
    `${failed}secret 'sources/way': proxy URL must use one of the supported schemes (http, https, socks5), got 'ftp'`,
  );
  secret({ address: proxy.url, username: 'me', password: 'CANARY-wrong' });
  await ready(`(through the proxy ${proxy.url})`);
  secret({ address: proxy.url, username: 'me', password: user.password });
  await ready('Ready=True Succeeded: repository up-to-date');
  assert.equal(fleet.log().length, 2);
  assert.deepEqual([...proxy.counts.keys()], ['git.test']);
  assert.doesNotMatch(JSON.stringify(await loop.events('ImageUpdateAutomation', 'auto')), /CANARY/);
});
