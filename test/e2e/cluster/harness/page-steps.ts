import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ControlPlane } from './control-plane.ts';

const checkout = fileURLToPath(new URL('../../../../', import.meta.url));

/** The commands of a page below one of its headings, block by block. */
export function stepsOf(page: string, heading: string): readonly string[] {
  const text = readFileSync(`${checkout}${page}`, 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${page} has no heading '${heading}'`);
  return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block);
}

/** Runs a block as a reader would who stands in a checkout and is an administrator of the cluster; resolves with what it said. */
export async function runStep(controlPlane: ControlPlane, block: string): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', block], {
    cwd: checkout,
    env: {
      PATH: `${controlPlane.programs}:${process.env['PATH']}`,
      HOME: controlPlane.folder,
      KUBECONFIG: controlPlane.kubeconfig,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`exit ${String(code)} of:\n${block}\n${said.join('')}`);
  return said.join('');
}
