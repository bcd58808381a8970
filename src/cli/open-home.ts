import { findEmbeddedPlace, type PlaceChoice } from '../app/embedded/place.ts';
import { openEmbeddedHome } from '../app/embedded/embedded-home.ts';
import type { Home } from '../app/home.ts';
import { TidemarkError } from '../model/errors.ts';
import { silentLog } from '../model/log.ts';
import type { CliDeps } from './deps.ts';

/** Opens the home that flags and environment choose. With none at hand it says how one is chosen. */
export async function openHome(choice: PlaceChoice, deps: CliDeps): Promise<Home> {
  const place = await findEmbeddedPlace(choice, deps);
  if (place === undefined) {
    throw new TidemarkError(
      'UsageError',
      'there are no objects to work on: name the folder that holds them with -f, or in TIDEMARK_FILE\na cluster cannot be worked on yet: this version of Tidemark runs without one',
    );
  }
  const { environment, clock } = deps;
  return openEmbeddedHome(place, {
    environment,
    clock,
    log: silentLog,
    userAgent: `tidemark/${deps.version()}`,
  });
}
