import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as texts from './scan-texts.ts';

test('what a scan says is what Flux says', () => {
  assert.equal(texts.scanningText('first scan'), 'scanning: first scan');
  const scanned = texts.scannedText({ tagCount: 3, revision: '1623131655' });
  assert.equal(scanned, 'successful scan: found 3 tags with checksum 1623131655');
  assert.equal(texts.quietText('tags-unchanged', 3_600_000), 'tags did not change, next scan in 1h0m0s');
  assert.equal(texts.quietText('scanned', 300_000), 'successful scan, next scan in 5m0s');
  const notDue = 'no change in repository configuration since last scan, next scan in 1m30.5s';
  assert.equal(texts.quietText('not-due', 90_500), notDue);
  assert.equal(texts.scanFailedText('x'), 'scan failed: x');
  assert.equal(texts.storeFailedText('a/b', 'x'), 'failed to set tags for "a/b": x');
  assert.equal(texts.scheduleFailedText('x'), "failed to determine if it's scan time: x");
  assert.equal(texts.accessFailedText('x'), 'failed to configure authentication options: x');
});
