import type { Home } from '../app/home.ts';
import type { Output } from './output.ts';

/** Brings scans and selections up to date for a question, when nothing else does; and says so. */
export async function rehearse(home: Home, signal: AbortSignal, out: Output): Promise<void> {
  if (home.worker() !== undefined) return;
  out.say('doing', 'no run is alive: scanning and selecting here, once; nothing is pushed');
  await home.rehearse(signal);
}
