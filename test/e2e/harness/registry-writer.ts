import { imageOf, type Blob } from './oci-image.ts';

export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** What CI does to a registry: pushes and removes tags, over the distribution API. */
export interface RegistryWriter {
  /** Pushes the image of `tag`, and returns its digest. */
  push(repository: string, tag: string): Promise<string>;
  /** Removes the tag by deleting its manifest. */
  untag(repository: string, tag: string): Promise<void>;
}

/** Writes to the registry at `host` (plain HTTP). */
export function registryWriter(host: string, credentials?: BasicCredentials): RegistryWriter {
  const authorization: Record<string, string> =
    credentials === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
        };

  async function send(method: string, url: string, body?: Blob): Promise<Response> {
    const headers = { ...authorization, ...(body === undefined ? {} : { 'content-type': body.mediaType }) };
    const init = body === undefined ? {} : { body: new Uint8Array(body.bytes) };
    const response = await fetch(new URL(url, `http://${host}`), { method, headers, ...init });
    if (!response.ok && response.status !== 404) {
      throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
    }
    return response;
  }

  async function upload(repository: string, blob: Blob): Promise<void> {
    const there = await send('HEAD', `/v2/${repository}/blobs/${blob.digest}`);
    if (there.ok) return;
    const started = await send('POST', `/v2/${repository}/blobs/uploads/`);
    const location = new URL(started.headers.get('location') ?? '', `http://${host}`);
    location.searchParams.set('digest', blob.digest);
    await send('PUT', location.href, { ...blob, mediaType: 'application/octet-stream' });
  }

  return {
    push: async (repository, tag) => {
      const { manifest, config, layer } = imageOf(tag);
      await upload(repository, config);
      await upload(repository, layer);
      const stored = await send('PUT', `/v2/${repository}/manifests/${tag}`, manifest);
      return stored.headers.get('docker-content-digest') ?? manifest.digest;
    },
    untag: async (repository, tag) => {
      await send('DELETE', `/v2/${repository}/manifests/${imageOf(tag).manifest.digest}`);
    },
  };
}
