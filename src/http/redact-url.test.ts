import assert from 'node:assert/strict';
import { test } from 'node:test';

import { redactUrl } from './redact-url.ts';

test('a URL in a message shows neither user information nor query values that may be secret', () => {
  const cases: readonly [url: string, shown: string][] = [
    ['https://user:CANARY@r.example/v2/', 'https://r.example/v2/'],
    [
      'https://r.example:5000/v2/a/tags/list?n=1000&last=1.0#x',
      'https://r.example:5000/v2/a/tags/list?n=1000&last=1.0',
    ],
    ['https://s.example/x?X-Amz-Signature=CANARY&n=1', 'https://s.example/x?X-Amz-Signature=REDACTED&n=1'],
    [
      'https://a.example/token?scope=repository:a/b:pull&service=x y',
      'https://a.example/token?scope=repository:a/b:pull&service=x y',
    ],
    ['http://[::1]:5000/', 'http://[::1]:5000/'],
  ];
  for (const [url, shown] of cases) assert.equal(redactUrl(new URL(url)), shown);
});

test('a line break in a query value does not break the message', () => {
  const shown = redactUrl(new URL('https://r.example/?last=a%0Ab%1B'));
  assert.equal(shown, 'https://r.example/?last=a%0Ab%1B');
});
