/** A fake registry on a thread of its own, so that it takes no time from what is measured. */
import { parentPort } from 'node:worker_threads';
import { startRegistry } from '../test/fakes/registry/start-registry.ts';

const open = await startRegistry({
  generate: (repository) =>
    repository.startsWith('many/')
      ? { length: 400, at: (index) => `branch-dev-${1_715_555_000 + index}-a12b34c` }
      : undefined,
});
const big = Array.from({ length: 100_000 }, (_, index) => `branch-dev-${1_715_000_000 + index}-a12b34c`);
open.registry.setTags('big', big);
// In one answer, as registries do that do not know `n`.
const body = JSON.stringify({ name: 'whole', tags: big });
open.registry.fault({ on: 'tags', repository: 'whole', answer: { kind: 'body', body } });
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(open.host);
