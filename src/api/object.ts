/** Metadata of a Kubernetes object, as far as Tidemark reads it. Times are RFC 3339. */
export interface ObjectMeta {
  name: string;
  namespace: string;
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  generation?: number | undefined;
  creationTimestamp?: string | undefined;
  deletionTimestamp?: string | undefined;
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
  finalizers?: string[] | undefined;
}

/** What all objects have in common. */
export interface ObjectHead {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object with a spec and a status. */
export interface ApiObject<Spec = unknown, Status = unknown> extends ObjectHead {
  spec: Spec;
  status?: Status | undefined;
}

/** metav1.Condition. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  observedGeneration?: number | undefined;
  lastTransitionTime: string;
  reason: string;
  message: string;
}
