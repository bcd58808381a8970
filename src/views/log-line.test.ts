import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogLine, parseLogLine } from './log-line.ts';

const shown = (fields: object): string | undefined => {
  const line = parseLogLine(JSON.stringify(fields));
  return line === undefined ? undefined : formatLogLine(line);
};
const base = { level: 'info', ts: '2026-01-01T00:00:01Z', msg: 'said' };

test('a line about an object names it as flux does', () => {
  const object = { controllerKind: 'ImagePolicy', name: 'web', namespace: 'apps' };
  assert.equal(shown({ ...base, ...object }), '2026-01-01T00:00:01Z info ImagePolicy/web.apps - said');
  assert.equal(
    shown({ ...base, ...object, level: 'error', error: 'why' }),
    '2026-01-01T00:00:01Z error ImagePolicy/web.apps - said why',
  );
});

test('a line about a kind, or about nothing, goes without a name', () => {
  assert.equal(shown({ ...base, controllerKind: 'Secret' }), '2026-01-01T00:00:01Z info Secret - said');
  assert.equal(shown({ ...base, name: 7 }), '2026-01-01T00:00:01Z info - said');
});

test('what is no log line is none', () => {
  for (const text of ['', 'panic: x', '[]', 'null', '{"level":"info"}', '{"msg":1}'])
    assert.equal(parseLogLine(text), undefined, text);
});
