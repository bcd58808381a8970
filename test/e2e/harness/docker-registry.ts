import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Certificate } from './authority.ts';
import { freePort } from './free-port.ts';
import { registryWriter, type BasicCredentials, type RegistryWriter } from './registry-writer.ts';
import { tokenIssuer, tokenService } from './token-server.ts';
import { waitUntil } from './wait-until.ts';
import type { Lifetime, Workspace } from './workspace.ts';

/** A real registry on loopback. */
export interface DockerRegistry extends RegistryWriter {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** Where it keeps its images. */
  readonly images: string;
  /** What the server said, for the search for secrets. */
  log(): string;
}

/** Whether Debian's `docker-registry` and `htpasswd` are installed; the reason to skip a test otherwise. */
export function dockerRegistryMissing(): string | false {
  const missing = ['docker-registry', 'htpasswd'].filter((name) => spawnSync('which', [name]).status !== 0);
  return missing.length === 0 ? false : `${missing.join(' and ')} not installed (see .ci/run)`;
}

/** Who is let in, and how: everybody over plain HTTP by default. */
export interface DockerRegistryOptions extends Partial<BasicCredentials> {
  /** Serve HTTPS. With `clientCaFile` only to clients with a certificate of that authority. */
  readonly tls?: Pick<Certificate, 'certFile' | 'keyFile'> & { readonly clientCaFile?: string };
  /** Let in whoever has a token that `signer` signed. */
  readonly token?: { readonly realm: string; readonly signer: Pick<Certificate, 'certFile'> };
  /** The images of another registry that runs meanwhile, to be served in another way. */
  readonly imagesOf?: DockerRegistry;
}

/** Starts Debian's registry; with a name and a password every request needs them, as Basic access. */
export async function startDockerRegistry(
  t: Pick<Lifetime, 'after'>,
  workspace: Workspace,
  options: DockerRegistryOptions = {},
): Promise<DockerRegistry> {
  const { username, password, tls } = options;
  const port = await freePort();
  const folder = workspace.makeFolder(`registry-${port}`);
  const images = options.imagesOf?.images ?? `${folder}/blobs`;
  const credentials = username === undefined || password === undefined ? undefined : { username, password };
  const config = workspace.write(
    `registry-${port}/config.yml`,
    `version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: ${images}}
  delete: {enabled: true}
http:
  addr: 127.0.0.1:${port}
${tlsAccess(tls)}${credentials === undefined ? '' : basicAccess(workspace, `${folder}/htpasswd`, credentials)}${tokenAccess(options.token)}`,
  );
  const child = spawn('docker-registry', ['serve', config], {
    env: { PATH: process.env['PATH'] ?? '', OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => said.push(String(text)));
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  const host = `127.0.0.1:${port}`;
  await waitUntil(() => answers(port), { what: `the registry on ${host}` });
  return { host, images, ...registryWriter(host, credentials), log: () => said.join('') };
}

/** Whether anybody listens there; TLS or not. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function tlsAccess(tls: DockerRegistryOptions['tls']): string {
  if (tls === undefined) return '';
  const clients = tls.clientCaFile === undefined ? '' : `, clientcas: [${tls.clientCaFile}]`;
  return `  tls: {certificate: ${tls.certFile}, key: ${tls.keyFile}${clients}}\n`;
}

function tokenAccess(token: DockerRegistryOptions['token']): string {
  if (token === undefined) return '';
  const { realm, signer } = token;
  return `auth:\n  token: {realm: "${realm}", service: ${tokenService}, issuer: ${tokenIssuer}, rootcertbundle: ${signer.certFile}}\n`;
}

/** The registry reads bcrypt hashes only; a low cost keeps each request quick. */
function basicAccess(workspace: Workspace, file: string, { username, password }: BasicCredentials): string {
  const made = spawnSync('htpasswd', ['-niB', '-C', '5', username], { input: password, encoding: 'utf8' });
  workspace.write(file.slice(workspace.root.length + 1), made.stdout);
  return `auth:\n  htpasswd: {realm: test, path: ${file}}\n`;
}
