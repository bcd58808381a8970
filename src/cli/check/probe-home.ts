import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openEmbeddedHome } from '../../app/embedded/embedded-home.ts';
import { findEmbeddedPlace } from '../../app/embedded/place.ts';
import type { Home } from '../../app/home.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { silentLog } from '../../model/log.ts';
import type { CliDeps, HomeChoice } from '../deps.ts';
import { namesCluster } from '../open-home.ts';
import type { Output } from '../output.ts';

export interface ProbeHomeRequest {
  readonly choice: HomeChoice;
  /** Objects or Secrets are named, which have to be somewhere. */
  readonly needsHome: boolean;
}

/**
 * Opens the home whose objects and Secrets count: that of files or of a cluster, or, when there is neither, one without objects, with the
 * Secrets of `--secrets` if that is given.
 */
export async function openProbeHome(
  { choice, needsHome }: ProbeHomeRequest,
  deps: CliDeps,
  out: Output,
): Promise<Home> {
  const inFiles = !namesCluster(choice) && (await findEmbeddedPlace(choice, deps)) !== undefined;
  if (inFiles || namesCluster(choice)) return deps.openHome(choice);
  if (choice.secrets !== undefined) return homeWithoutObjects(choice, deps);
  try {
    const home = await deps.openHome(choice);
    // Whether the cluster can be reached shows only when something is asked.
    await home.objects.list('ImageRepository', { namespace: 'default' });
    return home;
  } catch (error) {
    if (!isTidemarkError(error)) throw error;
    if (needsHome) throw error.code === 'UsageError' ? withFolder(error) : error;
    if (error.code !== 'UsageError') {
      const [what = ''] = error.message.split('\n');
      out.say('warning', `objects of the cluster are not looked at: ${what}`);
    }
    return homeWithoutObjects(choice, deps);
  }
}

function withFolder(error: TidemarkError): TidemarkError {
  const hint = 'a Secret may also lie in a folder: name that with --secrets';
  return new TidemarkError('UsageError', `${error.message}\n${hint}`, { cause: error });
}

async function homeWithoutObjects(
  { secrets, noAmbientCredentials }: HomeChoice,
  deps: CliDeps,
): Promise<Home> {
  const { environment, clock } = deps;
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-check-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const place = {
      paths: [],
      ambientCredentials: noAmbientCredentials !== true,
      stateFolder: join(folder, 'state'),
      ...(secrets === undefined ? {} : { secretsFolder: resolve(deps.folder, secrets) }),
    };
    const userAgent = `tidemark/${deps.version()}`;
    const home = await openEmbeddedHome(place, { environment, clock, log: silentLog, userAgent });
    return {
      ...home,
      close: async () => {
        await home.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
