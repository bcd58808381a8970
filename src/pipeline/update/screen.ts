/** What a file must contain, byte for byte, before it is read at all. */
export const markerNeedle: Buffer = Buffer.from('"$imagepolicy"');

/**
 * True for the files that are searched for markers: `*.yaml`, `*.yml` and `Kustomization`, in exactly this case.
 *
 * The extension is what follows the last dot of the base name, so a file named `.yaml` counts, as it does in Flux.
 */
export function isUpdateCandidate(path: string): boolean {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.endsWith('.yaml') || base.endsWith('.yml') || base === 'Kustomization';
}
