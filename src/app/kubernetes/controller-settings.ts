import type { BackoffOptions } from '../../reconcile/backoff.ts';
import type { SshAlgorithms } from '../../pipeline/publish/ssh-config.ts';
import type { ListenAddress } from '../listen.ts';
import type { LoginCacheSettings } from '../open-logins.ts';
import type { ClusterChoice } from './connect.ts';

/** Everything that `tidemark controller` can be told. */
export interface ControllerSettings extends ClusterChoice {
  /** Only objects of this namespace; all when absent. */
  readonly namespace?: string | undefined;
  /** Only objects with these labels: one shard of several. */
  readonly selector?: string | undefined;
  readonly crossNamespaceAllowed: boolean;
  readonly concurrency: number;
  readonly requeueDependencyMs: number;
  readonly backoff: BackoffOptions;
  readonly qps: number;
  readonly burst: number;
  /** The notification endpoint that events are posted to. */
  readonly eventsAddress?: URL | undefined;
  /** Tags and mirrors; what is lost here is scanned and fetched again. */
  readonly storagePath: string;
  readonly ssh?: SshAlgorithms | undefined;
  readonly health?: ListenAddress | undefined;
  readonly metrics?: ListenAddress | undefined;
  /** Whether objects may name the service account whose identity a cloud is shown. */
  readonly objectLevelIdentity: boolean;
  /** The account of objects that name none. */
  readonly defaultServiceAccount?: string | undefined;
  readonly loginCache: LoginCacheSettings;
  readonly election?: ElectionSettings | undefined;
}

export interface ElectionSettings {
  readonly releases: boolean;
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}
