import { text } from './flags.ts';

/** Which cluster, when there is a choice. */
export const clusterFlags = {
  kubeconfig: text('--kubeconfig <file>', 'kubeconfig to use instead of the usual one'),
  context: text('--context <name>', 'context of the kubeconfig'),
};
