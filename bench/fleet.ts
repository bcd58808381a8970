import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepository } from '../test/fakes/git-server/git-repository.ts';
import type { ObjectKey } from '../src/model/object-key.ts';
import type { FleetHome } from './fleet-home.ts';
import { until } from './runner.ts';
import type { Peers } from './start-peers.ts';
import { benchTree } from './tree.ts';

/** One Git repository, one automation over it, and so many policies: on one image, or each on an image of its own. */
export interface FleetOptions {
  readonly name: string;
  readonly files: number;
  readonly markers: number;
  readonly policies: number;
  readonly images: 'one' | 'each';
  /** In the registry, for each policy. */
  readonly tagsPerPolicy?: number;
  readonly interval?: string;
}

const namespace = 'flux-system';

export class Fleet {
  readonly repository: GitRepository;
  readonly #options: FleetOptions;
  readonly #peers: Peers;
  readonly #home: FleetHome;
  /** The newest version of each policy's tags. */
  readonly #versions: number[];

  constructor(options: FleetOptions, peers: Peers, home: FleetHome) {
    this.#options = options;
    this.#peers = peers;
    this.#home = home;
    const { name, files, markers, policies } = options;
    this.#versions = Array.from({ length: policies }, () => 0);
    this.repository = GitRepository.create(join(peers.folder, `${name}.git`));
    const image = (n: number): string => `${this.#imageOf(n)}:${this.#tagOf(n, 0)}`;
    this.repository.commit(
      Object.fromEntries(benchTree({ files, markers, image, policies: Math.min(policies, markers) })),
    );
    this.repository.git('repack', '-a', '-d', '-q');
  }

  get automation(): ObjectKey {
    return { namespace, name: 'fleet' };
  }

  /** Puts the first tags into the registry, and the objects where they live. */
  async setUp(): Promise<void> {
    await this.push(this.#options.policies);
    await this.#home.place(this.#objects());
  }

  /** New tags for the first policies; asks for a scan. Returns when it was asked for. */
  async advance(policies: number): Promise<number> {
    await this.push(policies);
    const images = this.#options.images === 'one' ? 1 : policies;
    const keys = Array.from({ length: images }, (_, n) => ({ namespace, name: `image-${n}` }));
    return this.#home.request(keys);
  }

  head(): string {
    return readFileSync(join(this.repository.path, 'refs/heads/main'), 'utf8').trim();
  }

  /** Waits until the branch has left `before`. Returns when that was. */
  async moved(before: string): Promise<number> {
    await until(() => this.head() !== before, { what: 'a commit on the remote', everyMs: 1 });
    return performance.now();
  }

  /** Whether the newest tags of the first policies stand in Git. */
  isWritten(policies: number): boolean {
    const lines = this.repository.git('grep', '-h', 'imagepolicy', 'main').toString().split('\n');
    const found = new Set(lines.map((line) => /:([^\s:]+) #/.exec(line)?.[1]));
    const upTo = Math.min(policies, this.#options.markers);
    return Array.from({ length: upTo }, (_, n) => this.#tagOf(n, this.#versions[n] ?? 0)).every((tag) =>
      found.has(tag),
    );
  }

  /** How many commits the branch has got since it stood at `before`. */
  commitsSince(before: string): number {
    return Number(this.repository.git('rev-list', '--count', `${before}..main`).toString());
  }

  /** New tags for the first policies, in the registry only. */
  async push(policies: number): Promise<void> {
    for (let n = 0; n < policies; n += 1) this.#versions[n] = (this.#versions[n] ?? 0) + 1;
    if (this.#options.images === 'one') {
      const tags = this.#versions.flatMap((version, n) => this.#tagsOf(n, version));
      await this.#peers.setTags(this.#nameOf(0), tags);
      return;
    }
    for (let n = 0; n < policies; n += 1) {
      await this.#peers.setTags(this.#nameOf(n), this.#tagsOf(n, this.#versions[n] ?? 0));
    }
  }

  #tagsOf(n: number, newest: number): readonly string[] {
    const { tagsPerPolicy = 10 } = this.#options;
    // The numbers below the first version are those of older images.
    return Array.from({ length: tagsPerPolicy }, (_, age) => this.#tagOf(n, newest - age));
  }

  #tagOf(n: number, version: number): string {
    return `app-${n}-1.${1_000_000 + version}.0`;
  }

  #nameOf(n: number): string {
    const { name, images } = this.#options;
    return images === 'one' ? name : `${name}/app-${n}`;
  }

  #imageOf(n: number): string {
    return `${this.#peers.host}/${this.#nameOf(n)}`;
  }

  *#objects(): Iterable<readonly [string, string]> {
    const { policies, images, name, interval = '1h' } = this.#options;
    yield ['fleet', sourceAndAutomation(`${this.#peers.url}/${name}.git`, interval)];
    for (let n = 0; n < (images === 'one' ? 1 : policies); n += 1) {
      yield [`image-${n}`, imageRepository(n, this.#imageOf(n))];
    }
    for (let n = 0; n < policies; n += 1) yield [`app-${n}`, imagePolicy(n, images === 'one' ? 0 : n)];
  }
}

function imageRepository(n: number, image: string): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata:
  name: image-${n}
  namespace: ${namespace}
spec:
  image: ${image}
  interval: 1h
`;
}

function imagePolicy(n: number, image: number): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata:
  name: app-${n}
  namespace: ${namespace}
spec:
  imageRepositoryRef:
    name: image-${image}
  filterTags:
    pattern: '^app-${n}-(?P<version>[0-9.]+)$'
    extract: '$version'
  policy:
    semver:
      range: '>=1.0.0'
`;
}

function sourceAndAutomation(url: string, interval: string): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: fleet
  namespace: ${namespace}
spec:
  interval: 1h
  url: ${url}
  ref:
    branch: main
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata:
  name: fleet
  namespace: ${namespace}
spec:
  interval: ${interval}
  sourceRef:
    kind: GitRepository
    name: fleet
  git:
    commit:
      author:
        name: Bot
        email: bot@example.com
      messageTemplate: |
        Automated image update

        Files:
        {{ range $filename, $_ := .Changed.FileChanges -}}
        - {{ $filename }}
        {{ end -}}
  update:
    path: ./
`;
}
