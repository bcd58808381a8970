import { text } from './flags.ts';

/** Which cluster, when there is a choice. */
export const clusterFlags = {
  kubeconfig: text('--kubeconfig <file>', 'objects of the cluster that this kubeconfig names'),
  context: text('--context <name>', 'objects of the cluster that this context of the kubeconfig names'),
};
