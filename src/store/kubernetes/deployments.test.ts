import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeployment } from './deployments.ts';

const deployment = (status: object, replicas = 2): unknown => ({
  metadata: { name: 'tidemark', namespace: 'flux-system', generation: 3 },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'tidemark' } },
    template: { spec: { containers: [{ name: 'manager', image: 'example.com/tidemark:v1' }] } },
  },
  status,
});
const counts = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

test('a Deployment is ready when all pods of the newest template are available, and no older ones are left', () => {
  assert.equal(readDeployment(deployment(counts)).isReady, true);
  assert.equal(readDeployment(deployment({ ...counts, availableReplicas: 1 })).isReady, false);
  assert.equal(readDeployment(deployment({ ...counts, updatedReplicas: 1 })).isReady, false);
  assert.equal(readDeployment(deployment({ ...counts, replicas: 3 })).isReady, false);
  assert.equal(readDeployment(deployment({ ...counts, observedGeneration: 2 })).isReady, false);
  assert.equal(readDeployment(deployment({})).isReady, false);
  assert.equal(readDeployment(deployment({ observedGeneration: 3 }, 0)).isReady, true);
});

test('one that has given up says why', () => {
  const message = 'ReplicaSet "x" has timed out progressing.';
  const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message }];
  assert.equal(readDeployment(deployment({ ...counts, conditions })).stuck, message);
  assert.equal(readDeployment(deployment({ ...counts, conditions, observedGeneration: 2 })).stuck, undefined);
});

test('what is no Deployment is refused', () => {
  assert.throws(() => readDeployment({ metadata: {} }), { code: 'ClusterFailed' });
});
