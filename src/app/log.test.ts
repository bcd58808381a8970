import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

function linesOf(format: 'text' | 'json', say: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  const now = (): Date => new Date('2026-11-28T05:23:32.888Z');
  say(createLog({ format, level: 'info', now, write: (line) => void lines.push(line.trimEnd()) }));
  return lines;
}

test('lines for programs name the object as those of Flux do', () => {
  const lines = linesOf('json', (log) => {
    log.info('successful scan', { kind: 'ImageRepository', name: 'cli/web', reason: 'Succeeded' });
    log.with({ kind: 'ImagePolicy', name: 'cli/web' }).error('failed', { error: 'boom', stack: 'at x' });
    log.info('watch', { kind: 'Secret' });
    log.info('lease', { name: 'a/b' });
    log.debug('too much');
  });
  const ts = '2026-11-28T05:23:32.888Z';
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as object),
    [
      {
        level: 'info',
        ts,
        controllerKind: 'ImageRepository',
        name: 'web',
        namespace: 'cli',
        reason: 'Succeeded',
        msg: 'successful scan',
      },
      {
        level: 'error',
        ts,
        controllerKind: 'ImagePolicy',
        name: 'web',
        namespace: 'cli',
        error: 'boom',
        stacktrace: 'at x',
        msg: 'failed',
      },
      { level: 'info', ts, controllerKind: 'Secret', msg: 'watch' },
      { level: 'info', ts, name: 'a/b', msg: 'lease' },
    ],
  );
});

test('lines for people name the object before the message', () => {
  const [line] = linesOf('text', (log) =>
    log.info('successful scan', { kind: 'ImageRepository', name: 'cli/web', reason: 'Succeeded' }),
  );
  assert.equal(
    line,
    '2026-11-28T05:23:32.888Z info ImageRepository/cli/web - successful scan reason=Succeeded',
  );
});

test('a field that would hold a secret is hidden in both', () => {
  for (const format of ['text', 'json'] as const) {
    const [line = ''] = linesOf(format, (log) => log.info('x', { token: 's3cret', password: 's3cret' }));
    assert.doesNotMatch(line, /s3cret/);
  }
});

test('a text of any length makes a line of bounded length', () => {
  const long = 'x'.repeat(2 ** 20);
  for (const format of ['text', 'json'] as const) {
    const [line = ''] = linesOf(format, (log) =>
      log.error(long, { kind: 'ImagePolicy', name: 'a/b', error: long }),
    );
    assert.ok(line.length < 20_000);
    assert.match(line, /x\.\.\. \(1048576 characters\)/);
  }
});
