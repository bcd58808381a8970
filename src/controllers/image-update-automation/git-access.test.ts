import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitRepository } from '../../api/git-repository.ts';
import { refuseLocalFiles } from './git-access.ts';

const at = (url: string): GitRepository => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { namespace: 'apps', name: 'fleet' },
  spec: { url, interval: '1m', timeout: '60s' },
});

test('files of the machine are no repository in a cluster, however the URL is written', () => {
  for (const url of ['file:///etc', 'FILE:///etc', ' file:///etc', 'file:/etc', 'fi\nle:///etc']) {
    assert.throws(() => refuseLocalFiles(at(url)), {
      code: 'InvalidSourceConfiguration',
      message: /^GitRepository 'apps\/fleet': file:\/\/ URLs are refused in a cluster/,
    });
  }
  for (const url of ['https://git.example/file.git', 'no url']) refuseLocalFiles(at(url));
});
