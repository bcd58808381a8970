import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkObject } from '../../../src/api/check-object.ts';
import { apiVersionOf } from '../../../src/api/define-kind.ts';
import { kindDefinitions, type KindName } from '../../../src/api/kinds.ts';
import { isTidemarkError } from '../../../src/model/errors.ts';
import type { KubeClient } from '../../../src/store/kubernetes/kube-client.ts';
import { ObjectCodec } from '../../../src/store/kubernetes/object-codec.ts';
import { resourceOf } from '../../../src/store/kubernetes/resource.ts';
import { fullSpecs, sourceStatus } from './definitions/examples.ts';
import { mutations } from './definitions/mutate.ts';
import { clientOf, connectionTo } from './harness/admin-client.ts';
import { type ControlPlane, startControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';

const namespace = 'default';
const kinds = ['ImageRepository', 'ImagePolicy', 'ImageUpdateAutomation', 'GitRepository'] as const;

let controlPlane: ControlPlane;
let admin: KubeClient;

before(async () => {
  controlPlane = await startControlPlane();
  installKinds(controlPlane);
  admin = clientOf(connectionTo(controlPlane));
});

after(async () => {
  await admin?.close();
  controlPlane?.stop();
});

interface NamedObject extends Readonly<Record<string, unknown>> {
  readonly metadata: { readonly name: string; readonly namespace: string };
}

function objectOf(kind: KindName, fields: object): NamedObject {
  return {
    apiVersion: apiVersionOf(kindDefinitions[kind]),
    kind,
    metadata: { name: 'x', namespace },
    ...fields,
  };
}

/** What the server makes of an object, without keeping it; undefined when it refuses. */
async function tryOut(kind: KindName, object: NamedObject): Promise<unknown> {
  try {
    return await admin.request({
      verb: 'create',
      resource: resourceOf(kind),
      key: object.metadata,
      query: { dryRun: 'All', fieldValidation: 'Strict' },
      body: object,
    });
  } catch (error) {
    if (isTidemarkError(error, 'ObjectInvalid')) return undefined;
    throw error;
  }
}

/** Where a cluster is asked for more, or for less, than a file. */
const known: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^spec\.url: "file:/, 'a cluster has no use for file://'],
  [
    /^spec: (?:null|removed)/,
    'as in Flux an object without a spec is stored, and fails when it is reconciled',
  ],
];

for (const kind of kinds) {
  test(`a cluster takes and refuses the same objects of kind ${kind} as a file may hold, with the same defaults`, async () => {
    const codec = new ObjectCodec(kind);
    const cases = [...mutations(fullSpecs[kind])];
    assert.ok(cases.length > 300);
    const differing: string[] = [];
    const one = async ({ title, value }: (typeof cases)[number]): Promise<void> => {
      if (known.some(([pattern]) => pattern.test(title))) return;
      const object = objectOf(kind, { spec: value });
      const checked = checkObject(kind, object, { defaultNamespace: namespace });
      const stored = await tryOut(kind, object);
      const isTaken = stored !== undefined;
      if (isTaken !== (checked.object !== undefined)) {
        const verdict = isTaken ? 'the cluster takes it, a file may not' : 'a file may, the cluster refuses';
        differing.push(`${title}: ${verdict}${checked.issues ? ` (${checked.issues[0]?.message})` : ''}`);
      } else if (stored !== undefined && checked.object !== undefined) {
        assert.deepEqual(codec.fromServer(stored).spec, checked.object.spec, title);
      }
    };
    const queue = cases.values();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const next of queue) await one(next);
      }),
    );
    assert.deepEqual(differing, []);
  });

  test(`a new ${kind} has the status of one that nobody has looked at`, async () => {
    const stored = await tryOut(kind, objectOf(kind, { spec: fullSpecs[kind] }));
    assert.deepEqual((stored as { status: unknown }).status, { observedGeneration: -1 });
  });
}

const notConditions: readonly (readonly [field: string, value: unknown])[] = [
  ['reason', ''],
  ['reason', 'has blanks'],
  ['type', 'not a type!'],
  ['status', 'Maybe'],
  ['lastTransitionTime', 'yesterday'],
  ['message', 'x'.repeat(32769)],
  ['observedGeneration', -1],
];
test('a status with a condition that is none is refused', async () => {
  const key = { namespace, name: 'conditions' };
  const resource = resourceOf('ImagePolicy');
  const body = { ...objectOf('ImagePolicy', { spec: fullSpecs.ImagePolicy }), metadata: key };
  await admin.request({ verb: 'create', resource, key, body });
  const good = {
    type: 'Ready',
    status: 'True',
    reason: 'Succeeded',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
  };
  const write = (condition: object): Promise<unknown> =>
    admin.request({
      verb: 'patch',
      resource,
      key,
      subresource: 'status',
      body: { status: { conditions: [condition] } },
    });
  await write(good);
  for (const [field, value] of notConditions)
    await assert.rejects(write({ ...good, [field]: value }), { code: 'ObjectInvalid' }, field);
});

test('a status as an older Flux wrote it is taken', async () => {
  const key = { namespace, name: 'older' };
  const resource = resourceOf('ImageRepository');
  const body = { ...objectOf('ImageRepository', { spec: { image: 'a', interval: '1m' } }), metadata: key };
  await admin.request({ verb: 'create', resource, key, body });
  const status = { lastScanResult: { tagCount: 3, scanTime: '2026-01-01T00:00:00Z' } };
  await admin.request({ verb: 'patch', resource, key, subresource: 'status', body: { status } });
});

test('a GitRepository keeps the whole status that a source controller wrote', async () => {
  const key = { namespace, name: 'from-flux' };
  const resource = resourceOf('GitRepository');
  const body = { ...objectOf('GitRepository', { spec: fullSpecs.GitRepository }), metadata: key };
  await admin.request({ verb: 'create', resource, key, body });
  await admin.request({
    verb: 'patch',
    resource,
    key,
    subresource: 'status',
    query: { fieldValidation: 'Strict' },
    body: { status: sourceStatus },
  });
  const { status } = (await admin.request({ verb: 'get', resource, key })) as { status: unknown };
  assert.deepEqual(status, sourceStatus);
});

test('kubectl knows the kinds by their short names and categories, and prints their columns', () => {
  assert.match(controlPlane.kubectl(['get', 'imgrepo,imgpol,iua,gitrepo', '-A']), /imagepolicy.*conditions/);
  assert.match(controlPlane.kubectl(['get', 'fluxcd-images', '-A']), /imagerepository/);
  const headers = (kind: string): string =>
    controlPlane
      .kubectl(['get', kind, '-o', 'wide', '-n', namespace])
      .split('\n')[0]!
      .replaceAll(/\s\s+/g, '|');
  assert.equal(headers('imagerepositories'), 'NAME|IMAGE|TAGS|READY|STATUS|LAST SCAN|AGE');
  assert.equal(headers('imagepolicies'), 'NAME|IMAGE|TAG|READY|STATUS|AGE');
});
