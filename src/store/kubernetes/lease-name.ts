import { createHash } from 'node:crypto';

/** The name of the Lease by which processes of one controller and one shard elect their leader. */
export function leaseName(controller: string, selector: string | undefined): string {
  const name = `${controller}-leader-election`;
  if (!selector) return name;
  return `${name}-${createHash('sha256').update(selector).digest('hex').slice(0, 8)}`;
}
