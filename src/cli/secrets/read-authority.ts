import type { CliDeps } from '../deps.ts';
import type { Output } from '../output.ts';
import { timeDoubt } from './certificate-doubts.ts';
import { readCertificates } from './pem.ts';
import { readPemFile } from './secret-text.ts';

/** The key `ca.crt` out of the file of `--ca-crt-file`, if there is one; a certificate that has had its time is warned of. */
export async function readAuthority(
  file: string | undefined,
  deps: CliDeps,
  out: Output,
): Promise<{ readonly 'ca.crt'?: string }> {
  if (file === undefined) return {};
  const text = await readPemFile(file, deps);
  for (const certificate of readCertificates({ where: `--ca-crt-file ${file}`, text })) {
    const doubt = timeDoubt(`--ca-crt-file ${file}`, certificate, deps.clock.now());
    if (doubt !== undefined) out.say('warning', doubt);
  }
  return { 'ca.crt': text };
}
