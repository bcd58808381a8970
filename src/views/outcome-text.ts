import { formatImageRef } from '../model/image-ref.ts';
import { conditionOf, readinessOf } from './readiness.ts';
import type { ShownObject } from './shown-kinds.ts';

/** What a run of the object has brought, in Flux's words. */
export function outcomeText(object: ShownObject): string {
  switch (object.kind) {
    case 'ImageRepository':
      return `scan fetched ${object.status?.lastScanResult?.tagCount ?? 0} tags`;
    case 'ImagePolicy': {
      const { name = '', tag = '', digest } = object.status?.latestRef ?? {};
      return `selected ref ${formatImageRef({ name, tag, ...(digest !== undefined && { digest }) })}`;
    }
    case 'GitRepository':
      return `fetched revision ${object.status?.artifact?.revision ?? ''}`;
    case 'ImageUpdateAutomation':
      return readinessOf(object).message;
  }
}

/** Whether a run has come to its end, and how; undefined while nobody can say. */
export function verdictOf(object: ShownObject): 'ready' | 'failed' | undefined {
  if (conditionOf(object, 'Stalled')?.status === 'True') return 'failed';
  const ready = conditionOf(object, 'Ready');
  if (ready === undefined || ready.status === 'Unknown') return undefined;
  return ready.status === 'True' ? 'ready' : 'failed';
}
