import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';

import { checkObject } from './check-object.ts';
import { apiVersionOf } from './define-kind.ts';
import { isKindName, kindDefinitions, kindNames } from './kinds.ts';
import { defaultExclusionList } from './image-repository.ts';

const options = { defaultNamespace: 'flux-system' };

test('every kind is named, and knows its API version, short names and categories', () => {
  assert.deepEqual([...kindNames].sort(), Object.keys(kindDefinitions).sort());
  assert.deepEqual(
    kindNames.map((kind) => {
      const { plural, shortNames, categories } = kindDefinitions[kind];
      return [kind, apiVersionOf(kindDefinitions[kind]), plural, shortNames.join(','), categories.join(',')];
    }),
    [
      ['Namespace', 'v1', 'namespaces', 'ns', ''],
      ['Secret', 'v1', 'secrets', '', ''],
      [
        'GitRepository',
        'source.toolkit.fluxcd.io/v1',
        'gitrepositories',
        'gitrepo',
        'all,fluxcd,fluxcd-sources',
      ],
      [
        'ImageRepository',
        'image.toolkit.fluxcd.io/v1',
        'imagerepositories',
        'imgrepo,imagerepo',
        'all,fluxcd,fluxcd-images',
      ],
      [
        'ImagePolicy',
        'image.toolkit.fluxcd.io/v1',
        'imagepolicies',
        'imgpol,imagepol',
        'all,fluxcd,fluxcd-images',
      ],
      [
        'ImageUpdateAutomation',
        'image.toolkit.fluxcd.io/v1',
        'imageupdateautomations',
        'iua,imgupd,imgauto',
        'all,fluxcd,fluxcd-images',
      ],
    ],
  );
  assert.ok(isKindName('Secret') && !isKindName('toString'));
});

test('specs and statuses can be written as JSON Schema, for CRDs', () => {
  for (const kind of kindNames) {
    const { spec, status } = kindDefinitions[kind];
    for (const schema of [spec, status]) {
      if (schema !== undefined) assert.equal(z.toJSONSchema(schema, { io: 'input' }).type, 'object');
    }
  }
  const git = z.toJSONSchema(kindDefinitions.GitRepository.spec ?? z.never(), { io: 'input' });
  assert.deepEqual(git.required?.toSorted(), ['interval', 'url']);
  // Without a cluster file:// is fine; a CRD keeps Flux's pattern.
  assert.partialDeepStrictEqual(git.properties, { url: { pattern: '^(http|https|ssh)://.*$' } });
});

test('every field of a spec has a sentence that describes it', () => {
  const undescribed: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, items } = node as {
      properties?: Record<string, { description?: string }>;
      items?: unknown;
    };
    for (const [name, field] of Object.entries(properties ?? {})) {
      if (field.description === undefined) undescribed.push(`${path}.${name}`);
      visit(field, `${path}.${name}`);
    }
    visit(items, `${path}[]`);
  };
  for (const kind of kindNames) {
    const { spec, status } = kindDefinitions[kind];
    if (spec !== undefined) visit(z.toJSONSchema(spec, { io: 'input' }), `${kind}.spec`);
    if (status !== undefined) visit(z.toJSONSchema(status, { io: 'input' }), `${kind}.status`);
  }
  assert.deepEqual(undescribed, []);
});

test('defaults are those of the API server', () => {
  const written = (kind: string, spec: object): object => ({
    apiVersion: 'x',
    kind,
    metadata: { name: 'a' },
    spec,
  });
  const spec = <K extends 'ImageRepository' | 'ImagePolicy' | 'ImageUpdateAutomation' | 'GitRepository'>(
    kind: K,
    given: object,
  ): unknown => checkObject(kind, written(kind, given), options).object?.spec;
  assert.deepEqual(spec('ImageRepository', { image: 'a/b', interval: '1m' }), {
    image: 'a/b',
    interval: '1m',
    exclusionList: defaultExclusionList,
    provider: 'generic',
  });
  assert.deepEqual(spec('ImageRepository', { image: 'a/b', interval: '1m', exclusionList: [] }), {
    image: 'a/b',
    interval: '1m',
    exclusionList: [],
    provider: 'generic',
  });
  assert.deepEqual(
    spec('ImagePolicy', { imageRepositoryRef: { name: 'a' }, policy: { numerical: {}, alphabetical: {} } }),
    {
      imageRepositoryRef: { name: 'a' },
      policy: { numerical: { order: 'asc' }, alphabetical: { order: 'asc' } },
      digestReflectionPolicy: 'Never',
    },
  );
  assert.deepEqual(
    spec('ImageUpdateAutomation', {
      interval: '1m',
      sourceRef: { name: 'a' },
      update: { path: './x' },
      git: { commit: { author: { email: 'a@b' }, signingKey: { secretRef: { name: 'k' } } } },
    }),
    {
      interval: '1m',
      sourceRef: { kind: 'GitRepository', name: 'a' },
      update: { strategy: 'Setters', path: './x' },
      git: { commit: { author: { email: 'a@b' }, signingKey: { secretRef: { name: 'k' }, type: 'gpg' } } },
    },
  );
  assert.deepEqual(
    spec('ImageUpdateAutomation', { interval: '1m', sourceRef: { kind: 'GitRepository', name: 'a' } }),
    {
      interval: '1m',
      sourceRef: { kind: 'GitRepository', name: 'a' },
      update: { strategy: 'Setters' },
    },
  );
  assert.deepEqual(
    spec('GitRepository', { url: 'https://x', interval: '1m', verify: { secretRef: { name: 'k' } } }),
    {
      url: 'https://x',
      interval: '1m',
      timeout: '60s',
      verify: { mode: 'HEAD', secretRef: { name: 'k' } },
    },
  );
});

test('the rules across fields read in CEL what they check in TypeScript', () => {
  const rules = kindNames.flatMap((kind) =>
    kindDefinitions[kind].rules.map(({ rule, message }) => [kind, rule, message]),
  );
  assert.deepEqual(rules, [
    [
      'GitRepository',
      "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
      "serviceAccountName can only be set when provider is 'azure' or 'aws'",
    ],
    [
      'ImagePolicy',
      "!has(self.interval) || (has(self.digestReflectionPolicy) && self.digestReflectionPolicy == 'Always')",
      "spec.interval is only accepted when spec.digestReflectionPolicy is set to 'Always'",
    ],
    [
      'ImagePolicy',
      "has(self.interval) || !has(self.digestReflectionPolicy) || self.digestReflectionPolicy != 'Always'",
      "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
    ],
  ]);
});
