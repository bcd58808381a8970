import type { GeneratedFile } from './generated-file.ts';

/** Every generated file. Add one here, run `npm run generate`, commit the result. */
export const generatedFiles: readonly GeneratedFile[] = [];
