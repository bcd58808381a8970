import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trust } from '../../../http/trust.ts';
import type { GitTrust } from './remote-call.ts';

/** Makes git trust what the other clients trust. It takes certificates only from a file, so one lies in `folder` when the machine's is not enough. */
export async function layDownTrust(trust: Trust, folder: string): Promise<GitTrust> {
  const authorities = (): readonly string[] => trust.authorities();
  if (trust.additions().length === 0) return { authorities, config: [] };
  const file = join(folder, 'authorities.pem');
  await writeFile(`${file}.new`, authorities().join('\n'), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return {
    authorities,
    config: [
      ['http.sslCAInfo', file],
      ['http.proxySSLCAInfo', file],
    ],
  };
}
