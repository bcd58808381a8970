/** The registry and the Git server, in a process of their own so that they take no time from what is measured. */
import { startGitServer } from '../test/fakes/git-server/git-server.ts';
import { startRegistry } from '../test/fakes/registry/start-registry.ts';

/** What may be asked of them. */
export interface PeerRequest {
  readonly repository: string;
  readonly tags: readonly string[];
}

/** Their answers: where they are, and then one for each request. */
export type PeerAnswer = { readonly host: string; readonly url: string } | 'done';

const tagsEach = 400;
const [root = '.'] = process.argv.slice(2);

// Repositories below `many/` have the same number of tags each, made on the fly.
const registry = await startRegistry({
  generate: (repository) =>
    repository.startsWith('many/')
      ? { length: tagsEach, at: (index) => `branch-dev-${1_715_555_000 + index}-a12b34c` }
      : undefined,
});
const git = await startGitServer({ root });
const answer = (message: PeerAnswer): void => void process.send?.(message);

process.on('message', ({ repository, tags }: PeerRequest) => {
  registry.registry.setTags(repository, tags);
  answer('done');
});
process.on('disconnect', () => process.exit());
answer({ host: registry.host, url: git.url });
