import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageUpdateAutomation } from '../../../test/builders/image-update-automation.ts';
import { readMarkers } from '../../pipeline/update/read-markers.ts';
import { updateFile } from '../../pipeline/update/update-file.ts';
import { describeProblems, markerProblems, type Problem } from './problems.ts';

const automation = imageUpdateAutomation();
const selected = { name: 'reg.example.com/app', tag: '1.0.0' };

function problemsOf(
  text: string,
  policies: Parameters<typeof markerProblems>[1]['policies'],
): readonly Problem[] {
  const bytes = Buffer.from(text);
  const reading = readMarkers(bytes);
  const refs = new Map([['apps:good', selected]]);
  const update = updateFile({ path: 'app.yaml', bytes, reading }, refs);
  return markerProblems({ path: 'app.yaml', reading, update }, { automation, policies, refs });
}

const marker = (policy: string): string => `image: x # {"$imagepolicy": "${policy}"}\n`;
const none = { considered: new Map(), silent: new Map() };

test('a marker whose policy selects something is no problem', () => {
  assert.deepEqual(problemsOf(marker('apps:good'), none), []);
});

test('a policy whose selection cannot be written is named, and only that one', () => {
  const policies = {
    ...none,
    considered: new Map([['odd', { name: 'reg.example.com/app', tag: 'no tag' }]]),
  };
  assert.deepEqual(
    problemsOf(marker('apps:good') + marker('apps:odd').replace('image', 'other'), policies).map(
      ({ line, message }) => `${line}: ${message}`,
    ),
    ["2: policy 'apps:odd' selects an image reference that cannot be parsed"],
  );
});

test('a policy that fails is named, one that has not run yet or is not selected is not', () => {
  const silent = new Map([
    ['failing', 'failing'],
    ['pending', 'pending'],
    ['unselected', 'unselected'],
  ] as const);
  assert.match(
    problemsOf(marker('apps:failing'), { ...none, silent })[0]?.message ?? '',
    /has not selected a tag yet/,
  );
  assert.deepEqual(problemsOf(marker('apps:pending'), { ...none, silent }), []);
  assert.deepEqual(problemsOf(marker('apps:unselected'), { ...none, silent }), []);
});

test('of many problems three are told in full, and the rest are counted', () => {
  const problems = Array.from({ length: 5 }, (_, index) => ({
    file: 'a.yaml',
    line: index + 1,
    message: 'odd',
  }));
  assert.equal(describeProblems(problems), 'a.yaml:1: odd; a.yaml:2: odd; a.yaml:3: odd; and 2 more');
  assert.equal(describeProblems([]), '');
});
