import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nextPage } from './next-page.ts';

const answered = new URL('https://r.example/v2/app/tags/list?n=2');

test('the next page is found however the link is written', () => {
  const cases: readonly [link: string | string[] | undefined, next: string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['</v2/app/tags/list?last=b&n=2>; rel="next"', 'https://r.example/v2/app/tags/list?last=b&n=2'],
    ['</v2/app/tags/list?last=b>', 'https://r.example/v2/app/tags/list?last=b'],
    ['<list?last=b>; rel=next', 'https://r.example/v2/app/tags/list?last=b'],
    ['<?last=b>; rel="next"', 'https://r.example/v2/app/tags/list?last=b'],
    ['<https://r.example/v2/app/tags/list?last=b#x>', 'https://r.example/v2/app/tags/list?last=b'],
    ['<https://r.example:443/v2/?last=b>', 'https://r.example/v2/?last=b'],
    ['<//r.example/v2/?last=b>', 'https://r.example/v2/?last=b'],
    ['<http://r.example/v2/?last=b>', 'https://r.example/v2/?last=b'],
    ['<https://user:pass@r.example/v2/?last=b>', 'https://r.example/v2/?last=b'],
    ['</prev>; rel="prev", </next>; rel="next"', 'https://r.example/next'],
    [['</first>; rel="first"', '</next>; title="a, b"; rel="next last"'], 'https://r.example/next'],
    ['</a>; rel="something"', 'https://r.example/a'],
    // What a registry behind a proxy believes of its own address.
    ['<https://r.example:8443/x>', 'https://r.example/x'],
    ['<http://r.example:8081/v2/app/tags/list?last=b>', 'https://r.example/v2/app/tags/list?last=b'],
    [
      '<https://r.example/repository/hub/v2/app/tags/list?last=b>',
      'https://r.example/v2/app/tags/list?last=b',
    ],
    ['</v2/other/tags/list?last=b>', 'https://r.example/v2/app/tags/list?last=b'],
  ];
  for (const [link, next] of cases) assert.equal(nextPage(link, answered, 'GET x')?.href, next, String(link));
});

test('a link elsewhere, or one that cannot be read, ends the list with an error and never in silence', () => {
  const cases: Readonly<Record<string, string>> = {
    '<https://evil.example/v2/?last=b>; rel="next"': 'leads to another host, evil.example',
    '<//evil.example/x>': 'leads to another host, evil.example',
    '<ftp://elsewhere/x>': 'leads to another host, elsewhere',
    '<data:text/plain,x>': 'leads to another host, ',
    'next page please': 'cannot be read',
    '<https://[>': 'cannot be read',
  };
  for (const [link, says] of Object.entries(cases)) {
    assert.throws(() => nextPage(link, answered, 'GET x'), {
      code: 'RegistryBadAnswer',
      message: `GET x: the Link to the next page ${says}`,
    });
  }
});
