import type { Namespace } from '../../src/api/namespace.ts';
import { build } from './build.ts';

/** A Namespace with these labels. */
export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Namespace {
  return build('Namespace', {}, { name, namespace: '', metadata: { labels: { ...labels } } });
}
