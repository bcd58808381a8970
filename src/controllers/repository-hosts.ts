import type { ObjectKey } from '../model/object-key.ts';
import { formatKey } from '../model/object-key.ts';

/** Which registry the images of ImageRepositories lie in: what waits for one registry must not take the places of what waits for others. */
export class RepositoryHosts {
  readonly #hosts = new Map<string, string>();

  /** Notes where `image` lies, and returns it. */
  learn(repository: ObjectKey, image: string): string {
    const host = image.split('/')[0] ?? '';
    this.#hosts.set(formatKey(repository), host);
    return host;
  }

  of(repository: ObjectKey): string | undefined {
    return this.#hosts.get(formatKey(repository));
  }

  forget(repository: ObjectKey): void {
    this.#hosts.delete(formatKey(repository));
  }
}
