import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePushReport, remoteWords } from './push-report.ts';

test('each ref has its flag, and a refusal its reason and who gave it', () => {
  const report = [
    'To http://host/x.git',
    ' \tabc:refs/heads/main\t1..2',
    '*\tabc:refs/heads/new\t[new branch]',
    '=\tabc:refs/heads/same\t[up to date]',
    '!\tabc:refs/heads/a\t[remote rejected] (pre-receive hook declined)',
    '!\tabc:refs/heads/b\t[rejected] (stale info)',
    '!\t(delete):refs/heads/c\t[remote failure] (remote failed to report status)',
    '-\t:refs/heads/d\t[deleted]',
    'Done',
  ].join('\n');
  assert.deepEqual(
    parsePushReport(report).map(({ flag, ref, refusedBy, reason }) => [flag, ref, refusedBy, reason]),
    [
      [' ', 'refs/heads/main', undefined, ''],
      ['*', 'refs/heads/new', undefined, ''],
      ['=', 'refs/heads/same', undefined, ''],
      ['!', 'refs/heads/a', 'server', 'pre-receive hook declined'],
      ['!', 'refs/heads/b', 'client', 'stale info'],
      ['!', 'refs/heads/c', 'server', 'remote failed to report status'],
      ['-', 'refs/heads/d', undefined, ''],
    ],
  );
});

test('the words of the server are put on one line, and cut when there are too many', () => {
  assert.equal(
    remoteWords('remote: no        \nremote: \nremote: really no\nerror: failed to push\n'),
    'no; really no',
  );
  assert.equal(remoteWords(`remote: ${'x'.repeat(500)}`).length, 303);
  assert.equal(remoteWords('fatal: x'), '');
});
