import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigEntry, RemoteAccess } from '../remote-access.ts';
import type { RemoteParts } from './remote-call.ts';

/**
 * Git takes certificates and keys only from files: they are laid down for the time of `work`, readable by us alone, and removed after it.
 *
 * A custom CA is added to the trust that there is, as Flux does; git by itself would trust nothing else then.
 */
export async function withTlsFiles<T>(
  tls: RemoteAccess['tls'],
  { home: folder, trust }: Pick<RemoteParts, 'home' | 'trust'>,
  work: (config: readonly ConfigEntry[]) => Promise<T>,
): Promise<T> {
  const files: readonly (readonly [key: string, text: string | undefined])[] = [
    ['http.sslCAInfo', tls.ca === undefined ? undefined : [...trust.authorities(), tls.ca].join('\n')],
    ['http.sslCert', tls.cert],
    ['http.sslKey', tls.key],
  ];
  const written: ConfigEntry[] = [];
  if (!needsTlsFiles(tls)) return work(written);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [key, text] of files) {
      if (text === undefined) continue;
      const file = join(folder, `tls-${randomUUID()}`);
      written.push([key, file]);
      await writeFile(file, text, { mode: 0o600 });
    }
    return await work(written);
  } finally {
    await Promise.all(written.map(async ([, file]) => rm(file, { force: true })));
  }
}

/** True when reaching the remote needs files that must not stay. */
export function needsTlsFiles({ ca, cert, key }: RemoteAccess['tls']): boolean {
  return ca !== undefined || cert !== undefined || key !== undefined;
}
