import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Workspace } from './workspace.ts';

/** A certificate and its key: paths for servers, texts for Secrets. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test's own. */
export interface Authority {
  readonly caFile: string;
  readonly ca: string;
  /** For a server on loopback and under `names`, or for a client. */
  issue(name: string, usage: 'server' | 'client', names?: readonly string[]): Certificate;
}

/** Whether `openssl` is installed; the reason to skip a test otherwise. */
export function opensslMissing(): string | false {
  return spawnSync('openssl', ['version']).status === 0 ? false : 'openssl not installed';
}

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes an authority in a folder of the workspace. */
export function createAuthority(workspace: Workspace, name: string): Authority {
  const folder = workspace.makeFolder(name);
  const caFile = `${folder}/ca.pem`;
  const caKey = `${folder}/ca.key`;
  const authority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
  const subject = ['-subj', `/CN=${name}`, ...authority.flatMap((line) => ['-addext', line])];
  openssl(['req', '-x509', ...curve, '-keyout', caKey, '-out', caFile, '-days', '30', ...subject]);
  return {
    caFile,
    ca: readFileSync(caFile, 'utf8'),
    issue: (owner, usage, names = []) => {
      const [keyFile, request, certFile] = ['key', 'csr', 'pem'].map((end) => `${folder}/${owner}.${end}`);
      if (!keyFile || !request || !certFile) throw new Error('no paths');
      const places = ['IP:127.0.0.1', ...names.map((host) => `DNS:${host}`)].join(',');
      const lines = [
        'basicConstraints=CA:FALSE',
        'keyUsage=digitalSignature',
        `extendedKeyUsage=${usage}Auth`,
      ];
      const extensions = workspace.write(
        `${name}/${owner}.ext`,
        [...lines, ...(usage === 'server' ? [`subjectAltName=${places}`] : [])].join('\n'),
      );
      openssl(['req', ...curve, '-keyout', keyFile, '-out', request, '-subj', `/CN=${owner}`]);
      const signer = [
        '-CA',
        caFile,
        '-CAkey',
        caKey,
        '-CAcreateserial',
        '-days',
        '30',
        '-extfile',
        extensions,
      ];
      openssl(['x509', '-req', '-in', request, '-out', certFile, ...signer]);
      const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
      return { certFile, keyFile, cert, key };
    },
  };
}

function openssl(args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}
