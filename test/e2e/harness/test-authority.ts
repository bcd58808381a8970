import { execFileSync, spawnSync } from 'node:child_process';
import type { Workspace } from './workspace.ts';

/** A certificate authority of a test. */
export interface TestAuthority {
  /** PEM: what has to be trusted. */
  readonly ca: string;
  /** A key and a certificate for these names; `*.example.com` is one. */
  issue(...names: readonly string[]): { readonly key: string; readonly cert: string };
}

/** Why there can be none on this machine, or false. */
export function authorityMissing(): string | false {
  return spawnSync('which', ['openssl']).status === 0 ? false : 'openssl not installed';
}

export function createAuthority(workspace: Workspace): TestAuthority {
  const folder = workspace.makeFolder('authority');
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=test',
  );
  let issued = 0;
  return {
    ca: workspace.read('authority/ca.crt'),
    issue: (...names) => {
      const name = `server-${(issued += 1)}`;
      const alternatives = names.map((one) => `DNS:${one}`).join();
      workspace.write(`authority/${name}.ext`, `subjectAltName=${alternatives}\n`);
      openssl(
        'req',
        '-new',
        ...newKey,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-subj',
        '/CN=server',
      );
      const ca = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...ca, '-out', `${name}.crt`, '-extfile', `${name}.ext`);
      return {
        key: workspace.read(`authority/${name}.key`),
        cert: workspace.read(`authority/${name}.crt`),
      };
    },
  };
}
