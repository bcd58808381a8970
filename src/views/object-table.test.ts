import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gitRepository } from '../../test/builders/git-repository.ts';
import { imagePolicy } from '../../test/builders/image-policy.ts';
import { imageRepository } from '../../test/builders/image-repository.ts';
import { imageUpdateAutomation } from '../../test/builders/image-update-automation.ts';
import type { Condition } from '../api/object.ts';
import { objectTable } from './object-table.ts';

const ready = (status: Condition['status'], message: string): Condition[] => [
  { type: 'Ready', status, reason: 'x', message, lastTransitionTime: '2026-01-01T00:00:00Z' },
];

const scanned = imageRepository({
  name: 'web',
  status: {
    conditions: ready('True', 'successful scan: found 2 tags with checksum 495321928'),
    lastScanResult: { revision: '495321928', tagCount: 2, scanTime: '2026-11-23T16:22:43Z' },
  },
});

const selected = imagePolicy({
  name: 'web',
  spec: {
    policy: { numerical: { order: 'asc' } },
    filterTags: { pattern: '^dev-(?P<ts>[0-9]+)$', extract: '$ts' },
  },
  status: {
    conditions: ready('True', 'Latest image tag for a/b resolved to 1.0.1'),
    latestRef: { name: 'a/b', tag: '1.0.1', digest: 'sha256:abc' },
    observedPreviousRef: { name: 'a/b', tag: '1.0.0' },
  },
});

const pushed = imageUpdateAutomation({
  name: 'auto',
  metadata: { annotations: { 'tidemark.dev/markers': '7' } },
  spec: {
    suspend: true,
    git: {
      checkout: { ref: { branch: 'main' } },
      push: { branch: 'updates' },
      commit: { author: { email: 'a@b' } },
    },
  },
  status: {
    conditions: ready('False', 'boom'),
    lastAutomationRunTime: '2026-11-23T16:22:48Z',
    lastPushCommit: '0123456789abcdef0123456789abcdef01234567',
  },
});

test('a repository shows its last scan, and in a wide table image and tag count', () => {
  assert.deepEqual(objectTable('ImageRepository', [scanned], { wide: true }), {
    columns: ['name', 'last scan', 'suspended', 'ready', 'message', 'image', 'tags'],
    rows: [
      [
        'web',
        '2026-11-23T16:22:43Z',
        'False',
        'True',
        'successful scan: found 2 tags with checksum 495321928',
        'registry.example.com/app',
        '2',
      ],
    ],
  });
});

test('a policy shows its selection, and in a wide table the one before, the digest and the rule', () => {
  assert.deepEqual(objectTable('ImagePolicy', [selected], { wide: true, namespaces: true, kinds: true }), {
    columns: ['namespace', 'name', 'image', 'tag', 'ready', 'message', 'previous tag', 'digest', 'rule'],
    rows: [
      [
        'apps',
        'imagepolicy/web',
        'a/b',
        '1.0.1',
        'True',
        'Latest image tag for a/b resolved to 1.0.1',
        '1.0.0',
        'sha256:abc',
        'numerical asc, pattern ^dev-(?P<ts>[0-9]+)$ extract $ts',
      ],
    ],
  });
});

test('an automation shows its last run, and in a wide table commit, branch and markers', () => {
  assert.deepEqual(objectTable('ImageUpdateAutomation', [pushed], { wide: true }), {
    columns: ['name', 'last run', 'suspended', 'ready', 'message', 'last commit', 'branch', 'markers'],
    rows: [['auto', '2026-11-23T16:22:48Z', 'True', 'False', 'boom', '01234567', 'updates', '7']],
  });
});

test('an object that nothing has looked at yet waits to be reconciled', () => {
  assert.deepEqual(objectTable('ImagePolicy', [imagePolicy()]).rows, [
    ['app', '', '', 'False', 'waiting to be reconciled'],
  ]);
});

test('a Git repository without a status is one that is only read', () => {
  assert.deepEqual(objectTable('GitRepository', [gitRepository()], { wide: true }).rows, [
    ['fleet', '', 'False', '-', 'read by automations', 'https://git.example.com/fleet.git', 'main'],
  ]);
});

test('a Git repository with a status shows short hashes', () => {
  const revision = 'main@sha1:0123456789abcdef0123456789abcdef01234567';
  const repository = gitRepository({
    status: {
      conditions: ready('True', `stored artifact for revision '${revision}'`),
      artifact: { revision, path: 'p', url: 'u', digest: 'd', lastUpdateTime: '2026-01-01T00:00:00Z' },
    },
  });
  assert.deepEqual(objectTable('GitRepository', [repository]).rows, [
    ['fleet', 'main@sha1:01234567', 'False', 'True', "stored artifact for revision 'main@sha1:01234567'"],
  ]);
});

test('objects stand in the order of namespace and name', () => {
  const objects = ['b/x', 'a/z', 'a/y'].map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    return imagePolicy({ namespace, name });
  });
  const { rows } = objectTable('ImagePolicy', objects, { namespaces: true });
  assert.deepEqual(
    rows.map(([namespace, name]) => `${namespace}/${name}`),
    ['a/y', 'a/z', 'b/x'],
  );
});
