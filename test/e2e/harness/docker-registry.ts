import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.ts';
import { registryWriter, type BasicCredentials, type RegistryWriter } from './registry-writer.ts';
import { waitUntil } from './wait-until.ts';
import type { Lifetime, Workspace } from './workspace.ts';

/** A real registry on loopback. */
export interface DockerRegistry extends RegistryWriter {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** What the server said, for the search for secrets. */
  log(): string;
}

/** Whether Debian's `docker-registry` and `htpasswd` are installed; the reason to skip a test otherwise. */
export function dockerRegistryMissing(): string | false {
  const missing = ['docker-registry', 'htpasswd'].filter((name) => spawnSync('which', [name]).status !== 0);
  return missing.length === 0 ? false : `${missing.join(' and ')} not installed (see .ci/run)`;
}

/** Starts Debian's registry; with credentials every request needs them, as Basic access. */
export async function startDockerRegistry(
  t: Pick<Lifetime, 'after'>,
  workspace: Workspace,
  credentials?: BasicCredentials,
): Promise<DockerRegistry> {
  const port = await freePort();
  const folder = workspace.makeFolder(`registry-${port}`);
  const auth = credentials === undefined ? '' : basicAccess(workspace, `${folder}/htpasswd`, credentials);
  const config = workspace.write(
    `registry-${port}/config.yml`,
    `version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: ${folder}/blobs}
  delete: {enabled: true}
http:
  addr: 127.0.0.1:${port}
${auth}`,
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
  await waitUntil(async () => (await fetch(`http://${host}/v2/`)).status < 500, {
    what: `the registry on ${host}`,
  });
  return { host, ...registryWriter(host, credentials), log: () => said.join('') };
}

/** The registry reads bcrypt hashes only; a low cost keeps each request quick. */
function basicAccess(workspace: Workspace, file: string, { username, password }: BasicCredentials): string {
  const made = spawnSync('htpasswd', ['-niB', '-C', '5', username], { input: password, encoding: 'utf8' });
  workspace.write(file.slice(workspace.root.length + 1), made.stdout);
  return `auth:\n  htpasswd: {realm: test, path: ${file}}\n`;
}
