/** What goes wrong in the world outside gets a clear sentence, the place, and nothing lost: through the whole program. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { git } from './harness/git.ts';
import { serviceFile, startOneService, type OneService } from './harness/one-service.ts';

interface Case {
  readonly title: string;
  /** Breaks something, after everything has been up to date and a new tag has been pushed. */
  readonly breakIt: (service: OneService) => unknown;
  /** What `run --once` says then. */
  readonly says: RegExp;
  /** 1 when nothing else is said: some object is not ready. */
  readonly code?: number;
  /** True where the new tag arrives all the same. */
  readonly arrives?: true;
}

const objects = 'objects/web.yaml';

/** Changes the text of the objects; fails when there is nothing to change. */
function edit(from: string | RegExp, to: string): (service: OneService) => void {
  return ({ workspace }) => {
    const before = workspace.read(objects);
    const after = before.replace(from, to);
    assert.notEqual(after, before);
    workspace.write(objects, after);
  };
}

function answer(status: number, headers?: Record<string, string>): (service: OneService) => unknown {
  return ({ registry }) =>
    registry.fault({ on: 'tags', answer: { kind: 'status', status, ...(headers && { headers }) } });
}

const cases: readonly (readonly [group: string, cases: readonly Case[]])[] = [
  [
    'registry',
    [
      { title: '401', breakIt: answer(401), says: /web\.apps not ready: scan failed: .*401/ },
      { title: '403', breakIt: answer(403), says: /not ready: scan failed: .*403/ },
      { title: '404', breakIt: answer(404), says: /not ready: scan failed: .*404/ },
      {
        title: '429 with a moment to wait',
        breakIt: (service) => {
          const wait = { 'retry-after': '1' };
          service.registry.fault({
            on: 'tags',
            times: 1,
            answer: { kind: 'status', status: 429, headers: wait },
          });
          edit('interval: 1s}', 'interval: 1s, timeout: 20s}')(service);
        },
        says: /imagerepository\/web\.apps ready: successful scan: found 3 tags/,
        code: 0,
        arrives: true,
      },
      {
        title: 'HTML',
        breakIt: ({ registry }) => registry.fault({ on: 'tags', answer: { kind: 'html' } }),
        says: /not ready: scan failed: .*(?:HTML|not JSON|text\/html)/i,
      },
      {
        title: 'an answer that is cut off half-way',
        breakIt: ({ registry }) => registry.fault({ on: 'tags', answer: { kind: 'cut-off' } }),
        says: /not ready: scan failed: /,
      },
      {
        title: 'pages without end',
        breakIt: ({ registry }) => registry.fault({ on: 'tags', answer: { kind: 'endless', same: true } }),
        says: /not ready: scan failed: /,
      },
      {
        title: 'silence',
        breakIt: (service) => {
          service.registry.fault({ on: 'tags', answer: { kind: 'hang' } });
          edit('interval: 1s}', 'interval: 1s, timeout: 2s}')(service);
        },
        says: /not ready: scan failed: .*(?:2s|2 s|time)/,
      },
      {
        title: 'a host that nobody listens on',
        breakIt: edit(/image: 127\.0\.0\.1:\d+\/web/, 'image: 127.0.0.1:1/web'),
        says: /not ready: scan failed: .*127\.0\.0\.1:1/,
      },
    ],
  ],
  [
    'Git',
    [
      {
        title: 'a wrong password',
        breakIt: edit(/password: [^}]+}/, 'password: CANARY-wrong-pw}'),
        says: /imageupdateautomation\/web\.apps not ready: failed to checkout source: .*(?:401|authentication|credentials)/i,
      },
      {
        title: 'a missing Secret',
        breakIt: edit('secretRef: {name: git}', 'secretRef: {name: gone}'),
        says: /not ready: .*secrets? .*gone.* not found/,
      },
      {
        title: 'a missing key in the Secret',
        breakIt: edit('stringData: {username: git, ', 'stringData: {'),
        says: /not ready: .*username/,
      },
      {
        title: 'no such branch',
        breakIt: edit('ref: {branch: main}', 'ref: {branch: gone}'),
        says: /not ready: failed to checkout source: .*refs\/heads\/gone/,
      },
      {
        title: 'a remote that is empty',
        breakIt: ({ fleet }) => git(fleet.path, ['update-ref', '-d', 'refs/heads/main']),
        says: /not ready: failed to checkout source: .*(?:empty|refs\/heads\/main)/,
      },
      {
        title: 'a remote that is gone',
        breakIt: edit('/fleet.git', '/gone.git'),
        says: /not ready: failed to checkout source: .*(?:not found|404)/,
      },
      {
        title: 'a hook that refuses the push',
        breakIt: ({ fleet }) => {
          writeFileSync(
            `${fleet.path}/hooks/pre-receive`,
            '#!/bin/sh\necho "frozen until Monday" >&2\nexit 1\n',
          );
          chmodSync(`${fleet.path}/hooks/pre-receive`, 0o755);
        },
        says: /not ready: failed to update source: failed to push to remote: .*(?:frozen|hook)/,
      },
      {
        title: 'a server that may be read only',
        breakIt: ({ server }) =>
          server.misbehave(({ service }) => (service === 'git-receive-pack' ? { status: 403 } : undefined)),
        says: /not ready: failed to update source: failed to push to remote: .*403/,
      },
      {
        title: 'silence',
        breakIt: (service) => {
          service.server.misbehave(() => 'hang');
          edit('  ref: {branch: main}', '  timeout: 2s\n  ref: {branch: main}')(service);
        },
        says: /not ready: failed to checkout source: .*(?:2s|time)/,
      },
      {
        title: 'a path that is not there',
        breakIt: edit('path: ./', 'path: ./gone'),
        says: /not ready: failed to apply policies: .*gone/,
      },
      {
        title: 'a path that leads out of the repository',
        breakIt: edit('path: ./', 'path: ../../etc'),
        says: /not ready: failed to apply policies: /,
      },
      {
        title: 'a path that is a file',
        breakIt: edit('path: ./', `path: ./${serviceFile}`),
        says: /imageupdateautomation\/web\.apps ready: repository up-to-date/,
        code: 0,
        arrives: true,
      },
    ],
  ],
  [
    // The last good objects of a file that has become broken go on working.
    'objects',
    [
      {
        title: 'a file that does not parse, among others',
        breakIt: ({ workspace }) =>
          workspace.write(
            'objects/broken.yaml',
            'apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nspec: [1\n',
          ),
        says: /broken\.yaml:\d+/,
        code: 1,
        arrives: true,
      },
      {
        title: 'an unknown field',
        breakIt: edit('interval: 1s}', 'interval: 1s, intervall: 2s}'),
        says: /web\.yaml:\d+.*intervall/,
        arrives: true,
      },
      {
        title: 'a wrong type',
        breakIt: edit('interval: 1s}', 'interval: [1s]}'),
        says: /web\.yaml:\d+.*interval/,
        arrives: true,
      },
      {
        title: 'a bad interval',
        breakIt: edit('interval: 1s}', 'interval: soon}'),
        says: /web\.yaml:\d+.*soon|web\.yaml:\d+.*interval/,
        arrives: true,
      },
      {
        title: 'a bad regular expression',
        breakIt: edit('policy: {semver', "filterTags: {pattern: '(['}\n  policy: {semver"),
        says: /imagepolicy\/web\.apps not ready: .*invalid regular expression pattern/,
      },
      {
        title: 'a bad range',
        breakIt: edit("range: '>=1.0.0'", "range: 'newest'"),
        says: /imagepolicy\/web\.apps not ready: invalid policy: improper constraint: "newest"/,
      },
      {
        title: 'a policy without its repository',
        breakIt: edit('imageRepositoryRef: {name: web}', 'imageRepositoryRef: {name: gone}'),
        says: /imagepolicy\/web\.apps not ready: .*ImageRepository.*gone.*not found|imagepolicy\/web\.apps not ready: .*does not exist/,
      },
      {
        title: 'a template that does not parse',
        breakIt: edit('bot@example.com}}', "bot@example.com}, messageTemplate: '{{ .Oops '}"),
        says: /not ready: failed to update source: unable to create commit message template from spec: /,
      },
      {
        title: 'a template that makes a gigabyte',
        breakIt: edit(
          'bot@example.com}}',
          'bot@example.com}, messageTemplate: \'{{ repeat 1000000000 "x" }}\'}',
        ),
        says: /not ready: failed to update source: /,
      },
      {
        title: 'a template that loops for ever',
        breakIt: edit(
          'bot@example.com}}',
          'bot@example.com}, messageTemplate: \'{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}\'}',
        ),
        says: /not ready: failed to update source: /,
      },
    ],
  ],
];

for (const [group, inGroup] of cases) {
  suite(`bad answers and bad input: ${group}`, { concurrency: 2 }, () => {
    for (const { title, breakIt, says, code = 1, arrives } of inGroup) {
      test(title, { timeout: 60_000 }, async (t) => {
        const service = await startOneService(t);
        const good = service.pushNext();
        const first = await service.tidemark.run('run', '--once', ...service.where);
        assert.equal(first.code, 0, first.stderr);
        const before = service.fleet.shaOf('main');
        const last = service.pushNext();
        await breakIt(service);

        const once = await service.tidemark.run('run', '--once', ...service.where);
        const said = `${once.stdout}\n${once.stderr}`;
        t.diagnostic(said.split('\n').find((line) => says.test(line)) ?? '');
        assert.match(said, says);
        assert.equal(once.code, code, said);
        if (service.fleet.shaOf('main') !== undefined) {
          assert.equal(`1.0.${service.numberAt('main')}`, arrives ? last : good);
          if (!arrives) assert.equal(service.fleet.shaOf('main'), before, 'nothing was committed');
        }
        assert.doesNotMatch(said, /\bat \S+ \(.*:\d+:\d+\)/, 'no stack trace');
        assert.deepEqual(service.leaks(), []);
      });
    }
  });
}
