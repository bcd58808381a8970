import type { ObservedEvent, Status } from './scenario.ts';

export interface AnObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

export interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Where objects live while a scenario runs, and the program that looks after them. One implementation per home of Tidemark. */
export interface Home {
  /** Creates or replaces all of them at once. */
  apply(objects: readonly AnObject[]): Promise<void>;
  /** JSON merge patch of the whole object. */
  patch(object: ObjectName, patch: Readonly<Record<string, unknown>>): Promise<void>;
  delete(object: ObjectName): Promise<void>;
  /** Statuses of ImageRepositories, ImagePolicies and ImageUpdateAutomations of all namespaces. */
  statuses(): Promise<readonly (ObjectName & { readonly status: Status })[]>;
  events(): Promise<readonly (ObjectName & { readonly event: ObservedEvent })[]>;
  stop(): Promise<void>;
}
