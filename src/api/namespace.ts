import * as z from 'zod';

import { defineKind } from './define-kind.ts';
import type { ObjectHead } from './object.ts';

/** v1 Namespace: read for its labels, which access rules select by. Its own `metadata.namespace` is empty. */
export interface Namespace extends ObjectHead {
  apiVersion: 'v1';
  kind: 'Namespace';
  spec?: undefined;
  status?: undefined;
}

export const namespaceKind = defineKind<'Namespace', undefined, undefined>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  description: 'Namespace groups objects; its labels decide about access across namespaces.',
  fields: z
    .strictObject({ spec: z.unknown().optional(), status: z.unknown().optional() })
    .transform(() => ({})),
});
