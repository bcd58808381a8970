import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { TidemarkError } from './errors.ts';
import {
  checkImageRef,
  formatImageRef,
  isDigest,
  isTag,
  parseImageName,
  parseReference,
} from './image-ref.ts';

/** What go-containerregistry 0.21.6 and Flux's check make of an image. */
interface GoldenName {
  readonly image: string;
  readonly registry?: string;
  readonly repository?: string;
  readonly canonical?: string;
  readonly http?: boolean;
  readonly error?: string;
  readonly reference?: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/image-names.json', import.meta.url), 'utf8'),
) as readonly GoldenName[];

/** Hosts that no URL can hold (`a:b:80`, `::1` without brackets, `a.b]`): refused at once, where Flux fails at each scan. */
function hasImpossibleHost(row: GoldenName): boolean {
  const host = row.image.split('/')[0] ?? '';
  return !host.startsWith('[') && (host.split(':').length > 2 || host.includes(']'));
}

/** Hosts that only look local: Flux asks them over plain HTTP too, and so would send them credentials in clear text. */
const onlyLookLocal = (row: GoldenName) =>
  row.http === true &&
  !/^(localhost|127\.0\.0\.1|\[::1\]|1[079][\d.]+|.*\.localhost)(:\d*)?$/.test(row.registry ?? '');

test('image names are read, and refused, as Flux does it', () => {
  for (const row of golden.filter((row) => !hasImpossibleHost(row))) {
    const expected = row.error
      ? { error: row.error }
      : { registry: row.registry, repository: row.repository, canonical: row.canonical };
    assert.deepEqual(nameOrError(row.image), expected, JSON.stringify(row.image));
  }
});

test('references with tag and digest are read as Flux does it', () => {
  for (const row of golden.filter((row) => !hasImpossibleHost(row))) {
    const parsed = parseReference(row.image);
    const name = parsed && `${parsed.registry}/${parsed.repository}`;
    const text = parsed && (parsed.digest ? `${name}@${parsed.digest}` : `${name}:${parsed.tag ?? 'latest'}`);
    assert.equal(text, row.reference, JSON.stringify(row.image));
  }
});

test('a host that no URL can hold is refused at once', () => {
  const rows = golden.filter((row) => row.canonical !== undefined && hasImpossibleHost(row));
  assert.ok(rows.length > 2);
  for (const row of rows) {
    assert.deepEqual(nameOrError(row.image), { error: `could not parse reference: ${row.image}` });
  }
});

test('plain HTTP is open to the hosts that Flux takes for local, and not to those that only look so', () => {
  const rows = golden.filter((row) => row.canonical !== undefined && !hasImpossibleHost(row));
  for (const row of rows.filter((row) => !row.registry?.includes('localhost:500000'))) {
    const expected = row.http === true && !onlyLookLocal(row);
    assert.equal(parseImageName(row.image).local, expected, JSON.stringify(row.image));
  }
  assert.equal(parseImageName('127.0.0.1.evil.example/app').local, false);
  assert.equal(parseImageName('a127.0.0.1/foo').local, false);
  assert.equal(parseImageName('localhost:5000/app').local, true);
});

test('an image name keeps the text it was written as', () => {
  assert.deepEqual(parseImageName('alpine'), {
    text: 'alpine',
    registry: 'index.docker.io',
    repository: 'library/alpine',
    canonical: 'index.docker.io/library/alpine',
    local: false,
  });
});

test('a tag starts with a letter, a digit or an underscore and has at most 128 characters', () => {
  for (const text of ['1', 'v1.0.0', '_x', 'A-b_c.d', 'x'.repeat(128)]) assert.ok(isTag(text), text);
  for (const text of ['', '-x', '.x', 'a b', 'a/b', 'a:b', 'é', 'a\n', 'x'.repeat(129)]) {
    assert.ok(!isTag(text), text);
  }
});

test('a digest is sha256 with 64 lower-case digits', () => {
  assert.ok(isDigest(`sha256:${'0a'.repeat(32)}`));
  for (const text of [
    `sha256:${'0A'.repeat(32)}`,
    `sha256:${'0'.repeat(63)}`,
    `sha512:${'0'.repeat(128)}`,
    '',
  ]) {
    assert.ok(!isDigest(text), text);
  }
});

test('an image ref is written name:tag@digest, and checked as a whole', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  assert.equal(formatImageRef({ name: 'ghcr.io/a/b', tag: '1.0' }), 'ghcr.io/a/b:1.0');
  assert.equal(formatImageRef({ name: 'ghcr.io/a/b', tag: '1.0', digest }), `ghcr.io/a/b:1.0@${digest}`);
  checkImageRef({ name: 'ghcr.io/a/b', tag: '1.0', digest });
  const refused = (ref: { name: string; tag: string; digest?: string }, message: string) =>
    assert.throws(() => checkImageRef(ref), new TidemarkError('ImageRefInvalid', message));
  refused(
    { name: 'BAD', tag: '1' },
    'encountered invalid image ref "BAD:1": could not parse reference: BAD:1',
  );
  refused(
    { name: 'a/b', tag: '1', digest: 'sha256:12' },
    'encountered invalid image ref "a/b:1@sha256:12": could not parse reference: a/b:1@sha256:12',
  );
  refused({ name: 'a/b', tag: '' }, 'encountered invalid image ref "a/b:": could not parse reference: a/b:');
});

function nameOrError(image: string): object {
  try {
    const { registry, repository, canonical } = parseImageName(image);
    return { registry, repository, canonical };
  } catch (error) {
    assert.ok(error instanceof TidemarkError && error.code === 'ImageNameInvalid');
    return { error: error.message };
  }
}
