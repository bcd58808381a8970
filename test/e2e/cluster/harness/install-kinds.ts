import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlPlane } from './control-plane.ts';

const crds = fileURLToPath(new URL('../../../../deploy/crds/', import.meta.url));

/** Teaches the cluster our kinds. */
export function installKinds(controlPlane: ControlPlane): void {
  for (const file of readdirSync(crds)) controlPlane.kubectl(['apply', '-f', join(crds, file)]);
  controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
}
