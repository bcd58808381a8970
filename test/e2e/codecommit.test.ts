/** A repository of CodeCommit with the real git: a server that takes its signatures alone stands behind a proxy that knows its name, over TLS. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { openLogins } from '../../src/app/open-logins.ts';
import { publishWithLogin } from '../../src/controllers/image-update-automation/publish-with-login.ts';
import type { Source } from '../../src/controllers/image-update-automation/gather.ts';
import {
  fleet,
  screen,
  setPublishStage,
  setTag,
} from '../../src/pipeline/publish/io/testing/publish-stage.ts';
import { startHttpProxy } from '../fakes/proxy/http-proxy.ts';
import { authorityMissing, createAuthority } from './harness/test-authority.ts';
import { createWorkspace } from './harness/workspace.ts';

const host = 'git-codecommit.eu-west-1.amazonaws.com';
const path = '/v1/repos/fleet';
const key = { id: 'AKIA1', secret: 'CANARY-aws-secret-key', session: 'CANARY/session+token==' };
const lifetimeMs = 15 * 60_000;

/** What CodeCommit would say to an `Authorization` header now. */
function isGood(authorization: string | undefined): boolean {
  const shown = Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
  const [, user, stamp = '', signature] = /^([^:]+):(\d{8}T\d{6})Z([0-9a-f]{64})$/.exec(shown) ?? [];
  if (user !== `${key.id}%${key.session}`) return false;
  const time = Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6Z'));
  const hmac = (by: string | Buffer, text: string): Buffer => createHmac('sha256', by).update(text).digest();
  const day = stamp.slice(0, 8);
  const signing = hmac(hmac(hmac(hmac(`AWS4${key.secret}`, day), 'eu-west-1'), 'codecommit'), 'aws4_request');
  const hash = createHash('sha256').update(`GIT\n${path}\n\nhost:${host}\n\nhost\n`).digest('hex');
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${day}/eu-west-1/codecommit/aws4_request\n${hash}`;
  return hmac(signing, text).toString('hex') === signature && Math.abs(Date.now() - time) < lifetimeMs;
}

test(
  'git pushes with a signature, and with another one when it has ended',
  { skip: authorityMissing() },
  async (t) => {
    const authority = createAuthority(createWorkspace(t));
    const stage = await setPublishStage(t, { tls: authority.issue(host) });
    const repository = stage.server.createRepository(path.slice(1), { branch: 'main', files: fleet });
    const statuses: number[] = [];
    stage.server.intercept = ({ authorization }) => {
      const good = isGood(authorization);
      statuses.push(good ? 200 : 403);
      return good ? undefined : { status: 403 };
    };
    const proxy = await startHttpProxy({
      hosts: { [host]: new URL(stage.server.url).host },
      onlyHosts: true,
    });
    t.after(() => proxy.close());
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: key.id,
      AWS_SECRET_ACCESS_KEY: key.secret,
      AWS_SESSION_TOKEN: key.session,
    });
    let behindMs = 0;
    const clock = { ...systemClock, now: () => new Date(Date.now() - behindMs) };
    const logins = openLogins({ clock, environment: {}, userAgent: 'test' });
    t.after(() => logins.close());

    const purpose = { kind: 'ImageUpdateAutomation', namespace: 'apps', name: 'web' };
    const url = `https://${host}${path}`;
    const source = logins.git(url, { provider: 'aws', route: {} }, purpose);
    const { signal } = new AbortController();
    const publish = async (tag: string): Promise<void> => {
      const shown = await source.login(signal);
      // Only now: the login that was made is older than it seems.
      behindMs = 0;
      const remote = {
        url,
        credentials: shown,
        tls: { ca: authority.ca },
        proxy: proxy.url,
        timeoutMs: 30_000,
      };
      const request = {
        checkout: { branch: 'main' },
        push: { branch: 'main', switched: false },
        path: '.',
        screen,
        draft: setTag(tag),
      };
      const from = { remote, login: { source, shown } } as Pick<Source, 'remote' | 'login'> as Source;
      await publishWithLogin(stage.publisher, { source: from, request }, signal);
    };
    await publish('2');
    assert.equal(repository.log().length, 2);
    assert.deepEqual([...new Set(statuses)], [200]);

    source.refuse(await source.login(signal));
    behindMs = lifetimeMs + 60_000;
    await publish('3');
    assert.equal(repository.log().length, 3);
    assert.deepEqual([...new Set(statuses)], [200, 403]);
    assert.deepEqual([...proxy.counts.keys()], [host]);
    assert.doesNotMatch(stage.logged.join('\n'), /CANARY/);
  },
);
