import { TidemarkError } from '../../model/errors.ts';
import type { CliDeps } from '../deps.ts';
import { text } from '../flags.ts';
import type { Output } from '../output.ts';
import { timeDoubt } from '../secrets/certificate-doubts.ts';
import { readCertificates, readPrivateKey } from '../secrets/pem.ts';
import { readAuthority } from '../secrets/read-authority.ts';
import { secretCommand } from '../secrets/secret-command.ts';
import { readOnce, readPemFile } from '../secrets/secret-text.ts';

const flags = {
  tlsCrtFile: text('--tls-crt-file <file>', 'client certificate in PEM'),
  tlsKeyFile: text('--tls-key-file <file>', 'its private key in PEM, "-" for standard input'),
  caCrtFile: text('--ca-crt-file <file>', 'authority to trust beside those of the system'),
};

export const createSecretTls = secretCommand({
  noun: 'tls',
  summary: 'Create a Secret with certificates: an authority to trust, a client certificate, or both',
  flags,
  exportsBare: true,
  examples: [
    'tidemark create secret tls registry-ca --ca-crt-file=ca.crt',
    'tidemark create secret tls client --tls-crt-file=client.crt --tls-key-file=client.key --ca-crt-file=ca.crt',
  ],
  draft: async ({ tlsCrtFile, tlsKeyFile, caCrtFile }, deps, out) => {
    readOnce([tlsCrtFile, tlsKeyFile, caCrtFile]);
    if ((tlsCrtFile === undefined) !== (tlsKeyFile === undefined)) {
      throw new TidemarkError('UsageError', 'give --tls-crt-file and --tls-key-file together');
    }
    const authority = await readAuthority(caCrtFile, deps, out);
    if (tlsCrtFile === undefined || tlsKeyFile === undefined) {
      if (caCrtFile !== undefined) return { type: 'Opaque', stringData: authority };
      throw new TidemarkError(
        'UsageError',
        'certificates are required: --ca-crt-file, or --tls-crt-file with --tls-key-file, or all three',
      );
    }
    const pair = await readPair({ crt: tlsCrtFile, key: tlsKeyFile }, deps, out);
    return { type: 'kubernetes.io/tls', stringData: { ...pair, ...authority } };
  },
});

async function readPair(
  files: { readonly crt: string; readonly key: string },
  deps: CliDeps,
  out: Output,
): Promise<{ readonly 'tls.crt': string; readonly 'tls.key': string }> {
  const [crt, key] = [await readPemFile(files.crt, deps), await readPemFile(files.key, deps)];
  const where = `--tls-crt-file ${files.crt}`;
  const [own] = readCertificates({ where, text: crt });
  const privateKey = readPrivateKey(
    { where: `--tls-key-file ${files.key}`, text: key },
    'the one that the certificate was made for',
  );
  if (own === undefined || !own.checkPrivateKey(privateKey)) {
    throw new TidemarkError(
      'UsageError',
      `${where} and --tls-key-file ${files.key} do not belong together: the certificate (${own?.subject.replaceAll('\n', ', ') ?? ''}) was made for another key`,
    );
  }
  const doubt = timeDoubt(where, own, deps.clock.now());
  if (doubt !== undefined) out.say('warning', doubt);
  return { 'tls.crt': crt, 'tls.key': key };
}
