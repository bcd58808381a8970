import type { PlaceChoice } from '../app/embedded/place.ts';
import type { Cluster, ClusterChoice } from '../app/kubernetes/connect.ts';
import type { Home } from '../app/home.ts';
import type { Tools } from '../app/tools.ts';
import type { Clock } from '../model/clock.ts';

/** What people say about where objects are. */
export interface HomeChoice extends PlaceChoice, ClusterChoice {}

/** What commands get from the world around them. Built in one place, so that tests can build another. */
export interface CliDeps {
  version(): string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths begin here. */
  readonly folder: string;
  readonly clock: Clock;
  /** Aborted by Ctrl-C, SIGTERM, a closed terminal, and when nobody reads standard output any more. */
  readonly signal: AbortSignal;
  readonly stdin: {
    readonly isTerminal: boolean;
    read(): Promise<Buffer>;
    /** Shows a question, and reads one line. */
    ask(question: string): Promise<string>;
  };
  /** For commands that work on plain files. */
  tools(): Promise<Tools>;
  /** Opens the home that was chosen, or throws `UsageError` saying how one is chosen. */
  openHome(choice: HomeChoice): Promise<Home>;
  /** Connects to the cluster that was chosen, for what is no object of ours; or throws `UsageError`. */
  openCluster(choice: ClusterChoice): Promise<Cluster>;
}
