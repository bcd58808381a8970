import { resolve } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { defaultStateFolder } from '../../store/local/state-folder.ts';

/** What people say about where things are: flags, and variables of the environment. */
export interface PlaceChoice {
  readonly file: readonly string[];
  readonly state?: string | undefined;
  readonly secrets?: string | undefined;
  /** Objects that name no credentials get none. */
  readonly noAmbientCredentials?: boolean;
}

/** Where the embedded home finds objects, state and Secrets. */
export interface EmbeddedPlace {
  readonly paths: readonly string[];
  readonly standardInput?: Uint8Array;
  readonly stateFolder: string;
  readonly secretsFolder?: string;
  /** Objects that name no credentials get those of the user's docker. */
  readonly ambientCredentials: boolean;
}

/** What a home needs of the world around it. */
export interface EmbeddedHomeDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
}

export interface PlaceDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths begin here. */
  readonly folder: string;
  readonly stdin: { read(): Promise<Buffer> };
}

/** The embedded home that was chosen by `-f` or `TIDEMARK_FILE`; undefined when neither was given. */
export async function findEmbeddedPlace(
  choice: PlaceChoice,
  deps: PlaceDeps,
): Promise<EmbeddedPlace | undefined> {
  const fromEnvironment = [deps.environment['TIDEMARK_FILE'] ?? ''].filter((path) => path !== '');
  const paths = choice.file.length > 0 ? choice.file : fromEnvironment;
  const [first] = paths;
  if (first === undefined) return undefined;
  const state = choice.state ?? deps.environment['TIDEMARK_STATE'];
  const fromInput = paths.filter((path) => path === '-').length;
  if (fromInput > 1)
    throw new TidemarkError('UsageError', 'standard input can be read once: give -f - only once');
  return {
    paths,
    ambientCredentials: choice.noAmbientCredentials !== true,
    stateFolder:
      state === undefined || state === ''
        ? defaultStateFolder(first, deps.folder)
        : resolve(deps.folder, state),
    ...(fromInput === 0 ? {} : { standardInput: await deps.stdin.read() }),
    ...(choice.secrets === undefined ? {} : { secretsFolder: resolve(deps.folder, choice.secrets) }),
  };
}
